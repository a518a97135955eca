/** Every operation that changes something either has a way back that a test proves, or a reason why there is none. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { operations } from '../../server/console/http/openapi.ts';

const ROOT = path.join(import.meta.dirname, '../..');

interface WayBack {
  readonly how: string;
  /** A test file that goes it. */
  readonly provenBy: string;
}
/** Nothing in the store changes, or nothing of it can be taken back, and why. */
interface NoWayBack {
  readonly because: string;
}

const PLANS: NoWayBack = { because: 'it only says what would happen' };

const WAYS: Readonly<Record<string, WayBack | NoWayBack>> = {
  'put key': { how: 'the version before, guarded', provenBy: 'components/keys/edit/undo-save.test.ts' },
  'post delete': { how: 'the job that reverses the revision', provenBy: 'e2e/specs/keys.spec.ts' },
  'post jobs': { how: 'the job that reverses its revisions', provenBy: 'server/console/bulk/bulk.test.ts' },
  'post jobs/{job}/cancel': { because: 'it stops a job; what was done is undone as that job' },
  'post jobs/{job}/resume': { because: 'it goes on with a job; what was done is undone as that job' },
  'post leases': { how: 'revoking it, while it holds nothing', provenBy: 'e2e/specs/leases.spec.ts' },
  'post leases/{lease}/revoke': {
    how: 'the same lease granted again, its keys restored to it',
    provenBy: 'components/history/bulk/undo-revisions.test.ts',
  },
  'post coordination/release': { because: 'who held it has lost it by then: giving it back would make two holders' },
  'post access/actions': { how: 'the opposite action, planned alike', provenBy: 'app/api/access-control.test.ts' },
  'post cluster/actions': { because: 'members, compaction and defragmentation: the plan says so before' },
  'post cluster/heal': { because: 'it is the way back: drills under way are ended' },
  'put config/target': { how: 'writing the settings before', provenBy: 'app/api/config.test.ts' },
  'put config/prefixes': { how: 'writing the rules before', provenBy: 'app/api/prefix-schemas.test.ts' },
  'put config/draft': { how: 'a draft is no release: it is written again', provenBy: 'app/api/config.test.ts' },
  'post config/publish': { how: 'pointing back at the release before', provenBy: 'app/api/config.test.ts' },
  'post config/point': { how: 'pointing back at the release before', provenBy: 'app/api/config.test.ts' },
  'post config/probe': { because: 'instances are asked about a release; the question goes by itself' },
  'put config/rollout': { how: 'aborting it', provenBy: 'app/api/config.test.ts' },
  'post config/rollout': { how: 'abort rolls back', provenBy: 'app/api/config.test.ts' },
  'post access/plan': PLANS,
  'post bulk-preview': PLANS,
  'post cluster/plan': PLANS,
  'post config/check': PLANS,
  'post config/prefixes/check': PLANS,
  'post config/evaluate': PLANS,
  'post sign-in': { because: 'it opens a session of the browser' },
  'post sign-out': { because: 'it ends a session of the browser' },
};

/** What applications ask for themselves, not operators. */
const OF_APPLICATIONS = /^(post|delete) (client|flags|client-token)\b/;

const named = operations
  .filter(({ method }) => method !== 'get')
  .map(({ method, path: at }) => `${method} ${at.replace('/api/v1/stores/{store}/', '')}`)
  .filter((name) => !OF_APPLICATIONS.test(name));

test('no operation changes something without a word about the way back', () => {
  expect(named.toSorted()).toEqual(Object.keys(WAYS).toSorted());
});

test('every way back is gone by a test that exists', () => {
  for (const way of Object.values(WAYS)) {
    if ('provenBy' in way) expect(existsSync(path.join(ROOT, way.provenBy)), way.provenBy).toBe(true);
  }
});
