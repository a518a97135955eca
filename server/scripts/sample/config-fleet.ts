/**
 * The configured part of the sample: a shop's settings in layers, a flag set, and ten processes that follow the settings. Open
 * Configuration, publish a change and roll it out: they are who it happens to.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, createRevisionIs, putOp } from '../../../lib/client/index.ts';
import {
  addressText,
  emptyAssignment,
  type Release,
  type ReleaseContent,
  releaseIdOf,
  type TargetDocument,
} from '../../../lib/config/documents.ts';
import { canonicalJson, type Json, type JsonObject } from '../../../lib/config/json.ts';

const PREFIX = '/quorate/config/';
export const FLEET_SIZE = 10;
export const FLEET_PLACE = 'settings/shop/prod/web';
const AUTHOR = 'sample';

const SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    log: { enum: ['debug', 'info', 'warn'] },
    pool: {
      type: 'object',
      properties: { min: { type: 'integer', minimum: 0 }, max: { type: 'integer', minimum: 1, maximum: 500 } },
      unevaluatedProperties: false,
    },
    timeoutMs: { type: 'integer', minimum: 10, maximum: 60_000 },
    banner: { type: 'string' },
    region: { type: 'string' },
    tls: { type: 'object' },
    chaos: { type: 'object', additionalProperties: { enum: ['reject', 'crash', 'silent', 'down'] } },
  },
  unevaluatedProperties: false,
  'x-rules': [
    {
      when: { and: [{ var: 'pool.min' }, { var: 'pool.max' }] },
      assert: { '<=': [{ var: 'pool.min' }, { var: 'pool.max' }] },
      message: 'must not exceed pool.max',
      path: '/pool/min',
    },
  ],
};

const FLAGS: JsonObject = {
  $schema: 'https://flagd.dev/schema/v0/flags.json',
  $evaluators: { staff: { ends_with: [{ var: 'email' }, '@shop.example'] } },
  flags: {
    'new-checkout': {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: {
        if: [
          { $ref: 'staff' },
          'on',
          {
            fractional: [
              ['on', 20],
              ['off', 80],
            ],
          },
        ],
      },
    },
    'search-backend': {
      state: 'ENABLED',
      variants: { old: 'lucene', next: 'vespa' },
      defaultVariant: 'old',
      targeting: { if: [{ sem_ver: [{ var: 'version' }, '>=', '2.3.0'] }, 'next', null] },
    },
    'free-shipping-above': {
      state: 'ENABLED',
      variants: { standard: 50, sale: 20 },
      defaultVariant: 'standard',
      targeting: {},
    },
    'holiday-theme': { state: 'DISABLED', variants: { on: true, off: false }, defaultVariant: 'off', targeting: {} },
  },
};

interface Sample {
  readonly target: string;
  readonly kind: TargetDocument['kind'];
  readonly description: string;
  readonly content: JsonObject;
  readonly schema?: JsonObject;
  readonly locked?: readonly string[];
}

const TARGETS: readonly Sample[] = [
  {
    target: 'settings',
    kind: 'config',
    description: 'What holds for every program of the company',
    content: { log: 'info', tls: { min: '1.2' } },
    locked: ['/tls/min'],
  },
  {
    target: 'settings/shop',
    kind: 'config',
    description: 'The shop',
    content: { timeoutMs: 3000, pool: { min: 2, max: 20 } },
  },
  {
    target: 'settings/shop/prod',
    kind: 'config',
    description: 'The shop in production',
    content: { log: 'warn', region: 'eu-central' },
  },
  {
    target: FLEET_PLACE,
    kind: 'config',
    description: 'Ten processes of the sample follow this',
    content: { banner: 'Orders placed before noon ship today', pool: { max: 40 } },
    schema: SCHEMA,
  },
  { target: 'flags/shop/prod/web', kind: 'flags', description: 'Feature flags of the shop', content: FLAGS },
];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes what is not there yet. Resolves to the keys created. */
export async function writeConfiguration(client: Client): Promise<string[]> {
  const created: string[] = [];
  for (const sample of TARGETS) created.push(...(await writeTarget(client, sample)));
  return created;
}

async function writeTarget(client: Client, sample: Sample): Promise<string[]> {
  const { target, kind, description, content, locked = [] } = sample;
  const schema = sample.schema === undefined ? null : sha256(canonicalJson(sample.schema));
  const createdAt = Date.now();
  const addressed: ReleaseContent = { target, kind, content, schema, locked, requires: {} };
  const hash = sha256(addressText(addressed));
  const release: Release = {
    ...addressed,
    releaseId: releaseIdOf(hash),
    sha256: hash,
    semver: '1.0.0',
    parent: null,
    author: AUTHOR,
    note: 'The first release',
    createdAt,
  };
  const document: TargetDocument = {
    target,
    kind,
    description,
    schema,
    locked,
    approvals: 0,
    createdAt,
    createdBy: AUTHOR,
  };
  const puts: [string, Json | object][] = [
    [`${PREFIX}targets/${target}`, document],
    [`${PREFIX}releases/${target}/${release.releaseId}`, release],
    [`${PREFIX}assign/${target}`, { ...emptyAssignment(target), generation: 1, stable: release.releaseId }],
    ...(schema === null ? [] : [[`${PREFIX}schemas/${schema}`, sample.schema ?? null] as [string, Json]]),
  ];
  const { succeeded } = await client.txn({
    compare: [createRevisionIs(`${PREFIX}targets/${target}`, 0)],
    success: puts.map(([key, value]) => putOp(key, JSON.stringify(value))),
  });
  return succeeded ? puts.map(([key]) => key) : [];
}

export interface Fleet {
  /** By instance id. */
  readonly processes: ReadonlyMap<string, ChildProcess>;
  /** Ends all in good order. */
  stop(): Promise<void>;
}

/** Ten real processes, `instance-0` to `instance-9`. One that dies is started again, unless `restarts` is false. */
export function startFleet(options: {
  readonly endpoints: readonly string[];
  readonly report: (line: string) => void;
  readonly restarts: boolean;
}): Fleet {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-fleet-'));
  const processes = new Map<string, ChildProcess>();
  let isStopping = false;
  const launch = (id: string): void => {
    const args = [
      '--endpoints',
      options.endpoints.join(','),
      '--place',
      FLEET_PLACE,
      '--id',
      id,
      '--folder',
      path.join(folder, id),
    ];
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'config-instance.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const tell = (chunk: Buffer): void => options.report(chunk.toString('utf8').trimEnd());
    child.stdout.on('data', tell);
    child.stderr.on('data', tell);
    child.once('exit', (code, signal) => {
      if (isStopping) return;
      options.report(`${id} ended (${signal ?? code})`);
      processes.delete(id);
      if (options.restarts) launch(id);
    });
    processes.set(id, child);
  };
  for (let i = 0; i < FLEET_SIZE; i++) launch(`instance-${i}`);
  return {
    processes,
    stop: async () => {
      isStopping = true;
      await Promise.all(
        [...processes.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              if (child.exitCode !== null || child.signalCode !== null) return resolve();
              child.once('exit', () => resolve());
              child.kill('SIGTERM');
            }),
        ),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
