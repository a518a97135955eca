/** What went to one peer and came from it since this member started. */
import { doublingBounds, Histogram } from '../../../lib/base/histogram.ts';

/** etcd's bounds: 0.1 ms doubled up to 3.3 s. */
const ROUND_TRIP_BUCKETS_SECONDS = doublingBounds(0.0001, 16);

export class PeerMeter {
  /** On all lanes, images and the answers on its own connections included. */
  sentBytes = 0;
  receivedBytes = 0;
  /** Messages refused because the lane was down or full. */
  sendFailures = 0;
  /** How often its control lane broke. */
  disconnects = 0;
  /** Of pings, once a second on each lane. */
  readonly roundTripSeconds = new Histogram(ROUND_TRIP_BUCKETS_SECONDS);
}
