/**
 * `quorate.config.json`: the stores of one console. Strict: an unknown or wrong field is one line with the path to it, and what
 * the file says of passwords never becomes part of that line.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { errorText } from '../../lib/base/error-text.ts';
import { STORE_COLOURS } from '../../lib/base/store-colour.ts';
import { parseEndpoints, parseMetricsUrls, SettingsError, type StoreSettings, tlsOf } from './store-settings.ts';

export const STORES_FILE = 'quorate.config.json';
const STORES_MAX = 50;

const fileName = z.string().min(1, 'must name a file');
const storeFields = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1-32 of a-z, 0-9 and "-"'),
  label: z
    .string()
    .regex(/^[^\p{C}\s]([^\p{C}]*[^\p{C}\s])?$/u, 'must be printable text without spaces around it')
    .max(60, 'must have at most 60 characters')
    .optional(),
  colour: z.enum(STORE_COLOURS, `must be one of ${STORE_COLOURS.join(', ')}`).optional(),
  bundled: z.boolean('must be true or false').optional(),
  endpoints: z
    .array(z.string('must be host:port'), 'must be a list of host:port')
    .min(1, 'must not be empty')
    .optional(),
  caFile: fileName.optional(),
  certFile: fileName.optional(),
  keyFile: fileName.optional(),
  user: z.string().min(1, 'must not be empty').optional(),
  password: z.string().min(1, 'must not be empty').optional(),
  passwordFile: fileName.optional(),
  readOnly: z.boolean('must be true or false').optional(),
  metricsUrls: z.array(z.string('must be a URL'), 'must be a list of URLs, or ["off"]').optional(),
};
const storeSchema = z.strictObject(storeFields);
const fileSchema = z.strictObject({
  stores: z
    .array(storeSchema, 'must be a list of stores')
    .min(1, 'must name at least one store')
    .max(STORES_MAX, `must name at most ${STORES_MAX} stores`),
});

type StoreEntry = z.output<typeof storeSchema>;
/** Only of use for a store that runs elsewhere. */
const EXTERNAL_ONLY = ['endpoints', 'caFile', 'certFile', 'keyFile', 'metricsUrls'] as const;

export interface StoresFileOptions {
  /** Folder that the file lies in and that its paths are relative to. */
  readonly cwd: string;
  /** Every store is read-only, whatever the file says. */
  readonly readOnly: boolean;
  /** Endpoints of the bundled store; asked for only when the file names it. */
  readonly bundledEndpoints: () => readonly string[];
}

/** @throws SettingsError */
export function storesFromFile(file: string, options: StoresFileOptions): StoreSettings[] {
  const json = readJson(file);
  const result = fileSchema.safeParse(json);
  if (!result.success) throw refusalOf(result.error, json);
  const { stores } = result.data;
  for (const [index, store] of stores.entries()) {
    const earlier = stores.slice(0, index);
    requireNew(
      `stores[${index}].id`,
      store.id,
      earlier.map(({ id }) => id),
    );
    requireNew(`stores[${index}].label`, labelOf(store), earlier.map(labelOf));
    if (store.bundled === true && earlier.some(({ bundled }) => bundled === true)) {
      throw at(`stores[${index}].bundled`, 'there is one bundled store, and it is named already');
    }
  }
  return stores.map((store, index) => storeOf(store, `stores[${index}]`, options));
}

const at = (field: string, problem: string): SettingsError => new SettingsError(`${STORES_FILE}: ${field}: ${problem}`);

const labelOf = ({ label, id }: StoreEntry): string => label ?? id;

function requireNew(field: string, value: string, earlier: readonly string[]): void {
  const first = earlier.indexOf(value);
  if (first !== -1) throw at(field, `"${value}" belongs to stores[${first}] already`);
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SettingsError(`${STORES_FILE} cannot be read: ${errorText(cause)}`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SettingsError(`${STORES_FILE} is not valid JSON: ${jsonProblem(cause)}`);
  }
}

/** The parser quotes what stands around the fault, and that may be a password: only what it expected is told, and where. */
function jsonProblem(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : '';
  const where = /\(line \d+ column \d+\)|at position \d+/.exec(message)?.[0] ?? '';
  const what =
    /^(?:Expected [^"]*? in JSON|Unexpected end of JSON input)/.exec(message)?.[0] ??
    'a value or sign that JSON does not have';
  return `${what.replace(/ in JSON$/, '')} ${where}`.trim();
}

/** The first fault, by its path as JavaScript would write it, and how many there are besides. */
function refusalOf({ issues }: z.ZodError, json: unknown): SettingsError {
  const [issue] = issues;
  if (issue === undefined) return new SettingsError(`${STORES_FILE} is not valid`);
  const more = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
  if (issue.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 ? ['stores'] : Object.keys(storeFields);
    const field = pathOf([...issue.path, issue.keys[0] ?? '']);
    return at(field, `is not known; known: ${known.join(', ')}${more}`);
  }
  const problem = valueAt(json, issue.path) === undefined ? 'is missing' : issue.message;
  return at(pathOf(issue.path) || 'the file', `${problem}${more}`);
}

const valueAt = (json: unknown, parts: readonly PropertyKey[]): unknown =>
  parts.reduce<unknown>((value, part) => (value instanceof Object ? Reflect.get(value, part) : undefined), json);

const pathOf = (parts: readonly PropertyKey[]): string =>
  parts
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');

function storeOf(store: StoreEntry, field: string, options: StoresFileOptions): StoreSettings {
  const shared = {
    id: store.id,
    label: labelOf(store),
    colour: store.colour ?? null,
    readOnly: options.readOnly || (store.readOnly ?? false),
  };
  if (store.bundled === true) {
    const strange = EXTERNAL_ONLY.find((name) => store[name] !== undefined);
    if (strange !== undefined) throw at(`${field}.${strange}`, 'the bundled store has its own: leave it out');
    return {
      ...shared,
      kind: 'bundled',
      endpoints: options.bundledEndpoints(),
      tls: null,
      auth: accountOf(store, field, options.cwd),
      metricsUrls: {},
    };
  }
  if (store.endpoints === undefined) {
    throw at(`${field}.endpoints`, 'is missing: name host:port of its members, or say "bundled": true');
  }
  const named = (name: string) => `${STORES_FILE}: ${field}.${name}`;
  const { endpoints, isSecure } = parseEndpoints(store.endpoints, (index) => named(`endpoints[${index}]`));
  const resolved = (name: 'caFile' | 'certFile' | 'keyFile') =>
    store[name] === undefined ? {} : { [name]: path.resolve(options.cwd, store[name]) };
  const files = { ...resolved('caFile'), ...resolved('certFile'), ...resolved('keyFile') };
  return {
    ...shared,
    kind: 'external',
    endpoints,
    tls: tlsOf(files, isSecure, named),
    auth: accountOf(store, field, options.cwd),
    metricsUrls:
      store.metricsUrls === undefined ? {} : parseMetricsUrls(store.metricsUrls, endpoints, named('metricsUrls')),
  };
}

function accountOf(store: StoreEntry, field: string, cwd: string): StoreSettings['auth'] {
  const { user, password, passwordFile } = store;
  if (password !== undefined && passwordFile !== undefined) {
    throw at(`${field}.passwordFile`, 'password is set too: choose one of the two');
  }
  const secret = passwordFile === undefined ? password : passwordIn(passwordFile, field, cwd);
  if (user === undefined && secret === undefined) return null;
  if (user === undefined || secret === undefined) {
    const missing = user === undefined ? 'user' : 'password';
    throw at(`${field}.${missing}`, 'is missing: user and password belong together');
  }
  return { user, password: secret };
}

/** The first line of the file: editors end it with a newline that is no part of the password. */
function passwordIn(file: string, field: string, cwd: string): string {
  const resolved = path.resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(resolved, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw at(`${field}.passwordFile`, `${resolved} cannot be read (${code})`);
  }
  const password = text.split(/\r?\n/)[0] ?? '';
  if (password === '') throw at(`${field}.passwordFile`, `${resolved} holds no password in its first line`);
  return password;
}
