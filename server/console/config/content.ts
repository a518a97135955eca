/** The text of a document, before it is one. */
import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../../lib/config/json.ts';
import { tooLarge } from '../errors.ts';
import { contentError } from './context.ts';

/** The whole request must stay below etcd's default of 1.5 MiB. */
const CONTENT_BYTES_MAX = 1024 * 1024;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function requireSize(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > CONTENT_BYTES_MAX) throw tooLarge('content', `has ${bytes} bytes; ${CONTENT_BYTES_MAX} are the most`);
}

/** @throws ConsoleError with the line, or the place */
export function parseContent(text: string): JsonObject {
  requireSize(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw contentError('content', '', `is not JSON: ${cause instanceof Error ? cause.message : ''}`);
  }
  if (!isObject(value as Json)) throw contentError('content', '', 'must be a JSON object');
  return value as JsonObject;
}
