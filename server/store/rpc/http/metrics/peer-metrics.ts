/** What /metrics says of the connections among members. */

import type { MetricsText, Sample } from '../../../../../lib/base/prometheus-text.ts';
import type { StoreMember } from '../../../member/types.ts';
import type { PeerTraffic } from '../../../ports/peer-network.ts';

export interface PeerSource {
  readonly member: StoreMember;
  readonly peers: readonly PeerTraffic[];
}

export function addPeers(text: MetricsText, { member, peers }: PeerSource): void {
  const network = 'etcd_network';
  const local = member.memberId.toString(16);
  const to = (value: (peer: PeerTraffic) => number): Sample[] =>
    peers.map((peer) => ({ labels: { To: peer.id.toString(16) }, value: value(peer) }));
  const between = (value: (peer: PeerTraffic) => number): Sample[] =>
    peers.map((peer) => ({ labels: { Local: local, Remote: peer.id.toString(16) }, value: value(peer) }));
  const sent = to((peer) => peer.sentBytes);
  text.family(`${network}_peer_sent_bytes_total`, 'counter', 'Bytes sent to peers.', sent);
  const received = peers.map((peer) => ({ labels: { From: peer.id.toString(16) }, value: peer.receivedBytes }));
  text.family(`${network}_peer_received_bytes_total`, 'counter', 'Bytes received from peers.', received);
  const failures = to((peer) => peer.sendFailures);
  text.family(`${network}_peer_sent_failures_total`, 'counter', 'Messages to peers that could not be sent.', failures);
  text.histograms(
    `${network}_peer_round_trip_time_seconds`,
    'Round trips of pings to peers.',
    peers.map((peer) => ({ labels: { To: peer.id.toString(16) }, histogram: peer.roundTripSeconds })),
  );
  const active = between((peer) => Number(peer.isConnected));
  text.family(`${network}_active_peers`, 'gauge', 'Whether this member is connected to a peer.', active);
  const breaks = between((peer) => peer.disconnects);
  text.family(`${network}_disconnected_peers_total`, 'counter', 'Connections to peers that broke.', breaks);
}
