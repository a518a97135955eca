/** Configuration as an operator meets it at its largest: a megabyte in the editor, a thousand instances on one rollout. */
import { type Browser, chromium } from '@playwright/test';
import type { ConfigTargetDetail } from '../../lib/api/config-types.ts';
import { isCandidate } from '../../lib/config/cohort.ts';
import type { Release } from '../../lib/config/documents.ts';
import type { Json } from '../../lib/config/json.ts';
import { type Plan, PRESETS } from '../../lib/config/plan.ts';
import type { InstanceReport, LayerRelease } from '../../lib/config/report.ts';
import type { Rollout } from '../../lib/config/rollout-document.ts';
import { findBrowser, launchOptions } from '../../server/scripts/find-browser.ts';
import type { StoreKind } from '../fixtures/product-on.ts';
import { Shell } from '../pages/shell.ts';
import { type Figure, quantile } from './figure.ts';
import { type Loaded, startLoaded } from './loaded.ts';
import { PageMeter } from './page-meter.ts';

const LEAVES = 5_000;
const DOCUMENT_BYTES = 1_048_576;
const EDITS = 10;
const CHECK_MS_MAX = 300;
/** A finding that has not come by then never will. */
const PATIENCE_MS = 20_000;
const INSTANCES = 1_000;
const FPS_MIN = 55;
/** Every instance reports every ten seconds. */
const REPORTS_PER_SECOND = INSTANCES / 10;
const WATCHED_SECONDS = 10;
const PREFIX = '/quorate/config/';
const EDITED = 'bench-large';
const PLACE = 'bench-fleet/shop/prod/web';

export async function* configPageFigures({ store }: { readonly store: StoreKind }): AsyncGenerator<Figure> {
  const loaded = await startLoaded({ keys: 1_000, store });
  const browser = await chromium.launch(launchOptions(await findBrowser(process.env.TEST_BROWSER)));
  const figure = (fields: Omit<Figure, 'part'>): Figure => ({ part: `config-pages ${store}`, ...fields });
  try {
    const checks = await checkTimes(browser, loaded);
    yield figure({
      ...{ name: `edit to findings and diff, 1 MB of ${LEAVES} leaves, p50`, unit: 'ms', more: 'worse' },
      ours: quantile(checks, 0.5),
      against: { who: 'budget', value: CHECK_MS_MAX },
    });
    yield figure({
      ...{ name: `edit to findings and diff, 1 MB of ${LEAVES} leaves, worst`, unit: 'ms', more: 'worse' },
      ours: Math.max(...checks),
      against: { who: 'budget', value: CHECK_MS_MAX },
    });
    yield figure({
      ...{ name: `frames of a rollout page of ${INSTANCES} instances`, unit: 'fps', more: 'better' },
      ours: await rolloutFrames(browser, loaded),
      against: { who: 'budget', value: FPS_MIN },
    });
  } finally {
    await browser.close();
    await loaded.stop();
  }
}

/** The console's configuration of the store under measurement. */
class Console {
  readonly #base: string;
  /** Of all of them: a store takes each key once. */
  static #counter = 0;

  private constructor(base: string) {
    this.#base = base;
  }

  static async of({ product }: Loaded): Promise<Console> {
    const stores = (await (await fetch(`${product.url}/api/v1/stores`)).json()) as { readonly id: string }[];
    return new Console(`${product.url}/api/v1/stores/${stores[0]?.id ?? ''}/config`);
  }

  async send<T>(method: 'PUT' | 'POST', path: string, body: object): Promise<T> {
    const idempotencyKey = `bench-config-${Console.#counter++}`;
    const response = await fetch(`${this.#base}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, idempotencyKey, by: 'bench' }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async read<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.#base}/${path}`)).json()) as T;
  }

  create(target: string, schema: Json | null): Promise<unknown> {
    return this.send('PUT', 'target', {
      ...{ target, kind: 'config', description: '', schema, locked: [], approvals: 0 },
      ...{ expectModRevision: 0, evenIfFailing: false },
    });
  }

  publish(target: string, text: string, expectGeneration: number): Promise<Release> {
    return this.send('POST', 'publish', { target, text, expectGeneration, semver: null, note: '', requires: {} });
  }

  serve(target: string, releaseId: string): Promise<unknown> {
    return this.send('POST', 'point', { target, releaseId, expectGeneration: 0 });
  }
}

/** Groups of a hundred leaves, all as long as it takes for a megabyte. */
function largeDocument(): string {
  const filler = 'x'.repeat(Math.floor(DOCUMENT_BYTES / LEAVES) - 30);
  const groups: Record<string, Record<string, string>> = { first: { edited: 'v' } };
  for (let leaf = 1; leaf < LEAVES; leaf++) {
    const group = groups[`group-${Math.floor(leaf / 100)}`] ?? {};
    groups[`group-${Math.floor(leaf / 100)}`] = group;
    group[`leaf-${String(leaf).padStart(5, '0')}`] = filler;
  }
  return JSON.stringify(groups, null, 1);
}

const LARGE_SCHEMA: Json = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: { type: 'string', maxLength: 4_096 } },
};

/** From the press of a key to its change, told by meaning, with the faults: in ms, measured in the page. */
async function checkTimes(browser: Browser, loaded: Loaded): Promise<readonly number[]> {
  const api = await Console.of(loaded);
  await api.create(EDITED, LARGE_SCHEMA);
  const { releaseId } = await api.publish(EDITED, largeDocument(), 0);
  await api.serve(EDITED, releaseId);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await new Shell(page).open(`${loaded.product.url}/config?target=${EDITED}`);
  const editor = page.getByRole('textbox', { name: `Document of ${EDITED}` });
  await page.getByText('Same as what is live').waitFor();
  await editor.click();
  await page.keyboard.press('ControlOrMeta+Home');
  // Before the closing quote of the first value, which is the last of its line.
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  const times: number[] = [];
  let text = 'v';
  for (let edit = 0; edit < EDITS; edit++) {
    const key = String(edit % 10);
    text += key;
    await page.evaluate(awaitFinding, { value: JSON.stringify(text), patience: PATIENCE_MS });
    await page.keyboard.press(key);
    times.push(await page.evaluate(() => (window as unknown as { benchFinding: Promise<number> }).benchFinding));
  }
  await page.close();
  return times;
}

/** In the page: how long it takes from the next press of a key until the changes tell this value. */
function awaitFinding({ value, patience }: { readonly value: string; readonly patience: number }): void {
  const finding = new Promise<number>((resolve, reject) => {
    window.addEventListener(
      'keydown',
      ({ timeStamp }) => {
        const look = (): void => {
          const told = document.querySelector('section[aria-label="Changes"]')?.textContent ?? '';
          const took = performance.now() - timeStamp;
          if (told.includes(value)) resolve(took);
          else if (took > patience) reject(new Error(`the changes never told ${value}`));
          else requestAnimationFrame(look);
        };
        look();
      },
      { capture: true, once: true },
    );
  });
  Object.assign(window, { benchFinding: finding });
}

const [{ plan: PRESET }] = PRESETS;
const PLAN: Plan = {
  ...PRESET,
  phases: [50, 100].map((percent) => ({ percent, tags: [], include: [], observeSeconds: 3_600, pause: false })),
  gate: { ...PRESET.gate, ackTimeoutSeconds: 3_600, progressDeadlineSeconds: 86_400 },
};

/** While a thousand instances report every ten seconds, half of them on their way to the candidate. */
async function rolloutFrames(browser: Browser, loaded: Loaded): Promise<number> {
  const api = await Console.of(loaded);
  await api.create(PLACE, null);
  const stable = await api.publish(PLACE, '{"n":1}', 0);
  await api.serve(PLACE, stable.releaseId);
  const fleet = new BenchFleet(loaded);
  await fleet.start({ target: PLACE, releaseId: stable.releaseId, generation: 1 });
  const candidate = await api.publish(PLACE, '{"n":2}', 1);
  const rollout = await api.send<Rollout>('PUT', 'rollout', {
    ...{ target: PLACE, releaseId: candidate.releaseId, plan: PLAN, startAt: null, start: true, expectGeneration: 1 },
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await new Shell(page).open(`${loaded.product.url}/rollouts?rollout=${rollout.rolloutId}`);
  await page.getByText(`${INSTANCES.toLocaleString('en')} live instances`).waitFor();
  const meter = await PageMeter.attach(page);
  const { assignment } = await api.read<ConfigTargetDetail>(`target?target=${encodeURIComponent(PLACE)}`);
  const told = { target: PLACE, releaseId: candidate.releaseId, generation: assignment.generation };
  const { framesPerSecond } = await meter.during(() =>
    fleet.report((instanceId) =>
      isCandidate(assignment, assignment.seed, { instanceId, tags: [] })
        ? told
        : { ...told, releaseId: stable.releaseId },
    ),
  );
  const confirmed = await page.getByRole('region', { name: 'On the candidate' }).textContent();
  if (!/\d applied/.test(confirmed ?? '')) throw new Error(`nobody is seen to have applied it: ${confirmed}`);
  await page.close();
  return framesPerSecond;
}

/** Instances as the store knows them: a report each, on a lease of its own. */
class BenchFleet {
  readonly #client: Loaded['client'];
  readonly #leases: bigint[] = [];
  #seq = 1;

  constructor({ client }: Loaded) {
    this.#client = client;
  }

  async start(layer: LayerRelease): Promise<void> {
    for (let from = 0; from < INSTANCES; from += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          this.#leases[from + i] = await this.#client.grantLease(600);
          await this.#put(from + i, layer);
        }),
      );
    }
  }

  /** Reports in turn, at the pace of the fleet: each runs what it was told. */
  async report(toldTo: (instanceId: string) => LayerRelease): Promise<void> {
    const startedAt = performance.now();
    for (let count = 0; count < REPORTS_PER_SECOND * WATCHED_SECONDS; count++) {
      const due = startedAt + (count * 1_000) / REPORTS_PER_SECOND;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const index = count % INSTANCES;
      await this.#put(index, toldTo(nameOf(index)));
    }
  }

  async #put(index: number, layer: LayerRelease): Promise<void> {
    const [bundle = '', app = '', env = '', service = ''] = PLACE.split('/');
    const instanceId = nameOf(index);
    const report: InstanceReport = {
      ...{
        bundle,
        app,
        env,
        service,
        instanceId,
        tags: [],
        appVersion: '1.0.0',
        clientVersion: '',
        schemaVersions: [],
      },
      ...{ bootId: 'bench', seq: this.#seq++, state: 'APPLIED', layers: [layer], running: [layer], error: null },
      ...{ health: 'UP', appliedAt: Date.now(), reportedAt: Date.now(), configSha256: '' },
    };
    const lease = this.#leases[index];
    if (lease === undefined) throw new Error(`instance ${index} has no lease`);
    await this.#client.put(`${PREFIX}instances/${PLACE}/${instanceId}`, JSON.stringify(report), { lease });
  }
}

const nameOf = (index: number): string => `instance-${String(index).padStart(4, '0')}`;
