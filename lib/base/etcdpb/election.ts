/** package v3electionpb. */
import { bytes, int64, type MessageType, message, nested, ordinal } from '../protobuf/schema.ts';
import { ResponseHeader } from './kv.ts';
import { KeyValue } from './mvcc.ts';

export const LeaderKey = message('v3electionpb.LeaderKey', {
  name: bytes(1),
  key: bytes(2),
  rev: ordinal(3),
  lease: int64(4),
});
export type LeaderKey = MessageType<typeof LeaderKey>;

export const CampaignRequest = message('v3electionpb.CampaignRequest', {
  name: bytes(1),
  lease: int64(2),
  value: bytes(3),
});
export type CampaignRequest = MessageType<typeof CampaignRequest>;
export const CampaignResponse = message('v3electionpb.CampaignResponse', {
  header: nested(1, () => ResponseHeader),
  leader: nested(2, () => LeaderKey),
});
export const LeaderRequest = message('v3electionpb.LeaderRequest', { name: bytes(1) });
export const LeaderResponse = message('v3electionpb.LeaderResponse', {
  header: nested(1, () => ResponseHeader),
  kv: nested(2, () => KeyValue),
});
export type LeaderResponse = MessageType<typeof LeaderResponse>;
export const ResignRequest = message('v3electionpb.ResignRequest', { leader: nested(1, () => LeaderKey) });
export const ProclaimRequest = message('v3electionpb.ProclaimRequest', {
  leader: nested(1, () => LeaderKey),
  value: bytes(2),
});
