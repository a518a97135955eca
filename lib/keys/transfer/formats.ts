/** The four formats behind one door. */
import type { ByteString } from '../../base/bytes.ts';
import { byteStringToWire, displayBytes } from '../wire-bytes.ts';
import { readDotenv, writeDotenv } from './dotenv.ts';
import { readJsonLines, writeJsonLine } from './jsonl.ts';
import { readProperties, writeProperty } from './properties.ts';
import { NotText, type ReadResult, type TransferEntry, type TransferFormat } from './transfer.ts';
import { readYaml, writeYaml } from './yaml.ts';

export function readTransfer(format: TransferFormat, text: string): ReadResult {
  switch (format) {
    case 'jsonl':
      return readJsonLines(text);
    case 'yaml':
      return readYaml(text);
    case 'dotenv':
      return readDotenv(text);
    case 'properties':
      return readProperties(text);
  }
}

/** `name` is the key without the prefix it is exported from, as bytes. */
export type NamedEntry = TransferEntry & { readonly name: ByteString };

/** @throws NotText naming the key, when a format of text cannot carry it; JSON Lines carries everything */
export function writeTransfer(format: TransferFormat, entries: readonly NamedEntry[]): string {
  if (format === 'jsonl')
    return entries.map((entry) => writeJsonLine({ ...entry, key: byteStringToWire(entry.name) })).join('');
  const named = entries.map((entry) => {
    const name = byteStringToWire(entry.name);
    if (typeof name === 'string' && name !== '') return { ...entry, name };
    throw new NotText(`${displayBytes(entry.key)} has a name that is no text`);
  });
  if (format === 'yaml') return writeYaml(named);
  return named
    .map((entry) => {
      try {
        return format === 'dotenv' ? writeDotenv(entry.name, entry) : writeProperty(entry.name, entry);
      } catch (error) {
        throw error instanceof NotText ? new NotText(`${displayBytes(entry.key)} ${error.message}`) : error;
      }
    })
    .join('');
}
