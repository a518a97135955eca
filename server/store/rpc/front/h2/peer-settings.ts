/** What the peer's SETTINGS say (RFC 9113 §6.5.2), each value checked. */
import {
  ConnectionError,
  ErrorCode,
  FRAME_BYTES_LIMIT,
  FRAME_BYTES_MAX,
  protocolError,
  Setting,
  WINDOW_BYTES_MAX,
} from './protocol.ts';

export interface PeerSettings {
  readonly headerTableBytes?: number;
  readonly initialWindowBytes?: number;
}

/** The last value of each setting we heed; the payload's length is a multiple of 6. @throws ConnectionError */
export function readSettings(payload: Buffer): PeerSettings {
  const settings: { headerTableBytes?: number; initialWindowBytes?: number } = {};
  for (let at = 0; at < payload.length; at += 6) {
    const id = payload.readUInt16BE(at);
    const value = payload.readUInt32BE(at + 2);
    if (id === Setting.HEADER_TABLE_SIZE)
      settings.headerTableBytes = Math.min(value, settings.headerTableBytes ?? value);
    else if (id === Setting.ENABLE_PUSH && value > 1) throw protocolError('ENABLE_PUSH is neither 0 nor 1');
    else if (id === Setting.INITIAL_WINDOW_SIZE) {
      if (value > WINDOW_BYTES_MAX) throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, 'initial window too large');
      settings.initialWindowBytes = value;
    } else if (id === Setting.MAX_FRAME_SIZE && (value < FRAME_BYTES_MAX || value > FRAME_BYTES_LIMIT))
      throw protocolError('MAX_FRAME_SIZE out of its range');
  }
  return settings;
}
