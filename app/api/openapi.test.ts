import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { AccessActionBody, AccessActionResult, AccessPlan, AccessView } from '../../lib/api/access-types.ts';
import type { AuditPage } from '../../lib/api/audit.ts';
import type * as bulk from '../../lib/api/bulk-types.ts';
import type {
  ClusterActionBody,
  ClusterActionResult,
  ClusterHashes,
  ClusterPlan,
} from '../../lib/api/cluster-types.ts';
import type * as coordination from '../../lib/api/coordination-types.ts';
import type { ElectionExplained, HealthWindow } from '../../lib/api/health-types.ts';
import type * as leases from '../../lib/api/lease-types.ts';
import type { PrefixSchemaCheck, PrefixSchemaList } from '../../lib/api/prefix-schema-types.ts';
import type { HeatView, SpaceView } from '../../lib/api/space-types.ts';
import type { StoreOverview } from '../../lib/api/store-overview.ts';
import type * as api from '../../lib/api/types.ts';
import type { WatchersView } from '../../lib/api/watcher-types.ts';
import type { Health } from '../../server/console/console.ts';
import type * as access from '../../server/console/http/access-schemas.ts';
import type * as auditSchema from '../../server/console/http/audit-response-schemas.ts';
import type * as bulkSchema from '../../server/console/http/bulk-response-schemas.ts';
import type * as clusterViewSchema from '../../server/console/http/cluster-response-schemas.ts';
import type * as cluster from '../../server/console/http/cluster-schemas.ts';
import type * as configSchema from '../../server/console/http/config-response-schemas.ts';
import type * as coordinationSchema from '../../server/console/http/coordination-response-schemas.ts';
import type * as healthSchema from '../../server/console/http/health-schemas.ts';
import type * as keySchema from '../../server/console/http/key-response-schemas.ts';
import type * as leaseSchema from '../../server/console/http/lease-response-schemas.ts';
import { openApiDocument, operations } from '../../server/console/http/openapi.ts';
import type * as primitiveSchema from '../../server/console/http/primitive-response-schemas.ts';
import type * as parts from '../../server/console/http/response-parts.ts';
import type * as spaceSchema from '../../server/console/http/space-schemas.ts';
import type { storeOverview } from '../../server/console/http/store-overview-schemas.ts';
import type * as storeSchema from '../../server/console/http/store-response-schemas.ts';
import { dispatch, handlersOf, routeFiles } from './test-support/dispatch.ts';

type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;
/** Assignable both ways: `readonly` aside, the same type. */
type Same<A, B> = [Frozen<A>] extends [Frozen<B>] ? ([Frozen<B>] extends [Frozen<A>] ? true : false) : false;
type Out<S extends z.ZodType> = z.output<S>;

test('the document has exactly the operations that stand as route handlers', async () => {
  const standing: string[] = [];
  for (const route of routeFiles()) {
    const methods = Object.keys(await handlersOf(route)).filter((method) => method !== 'OPTIONS');
    standing.push(...methods.map((method) => `${method} ${route.template}`));
  }
  expect(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(standing.sort());
});

test('the served document is complete: every reference leads to a component', async () => {
  const response = await dispatch(new Request('http://127.0.0.1/api/v1/openapi.json'));
  expect(response.status).toBe(200);
  const document = await response.json();
  expect(document).toEqual(openApiDocument());
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    (m) => m[1],
  );
  expect(references.length).toBeGreaterThan(20);
  expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(references));
  expect(JSON.stringify(document)).not.toContain('$defs');
});

test('every answer schema is the type of the contract', () => {
  expectTypeOf<Same<Out<typeof parts.apiError>, api.ApiError>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof storeSchema.storeSummary>, api.StoreSummary>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof storeOverview>, StoreOverview>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof clusterViewSchema.cluster>, api.ClusterView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof storeSchema.revisions>, api.RevisionView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof storeSchema.revisionAt>, api.RevisionAt>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof storeSchema.changesPage>, api.ChangesPage>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.childrenPage>, api.ChildrenPage>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.searchPage>, api.SearchPage>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.keyDetail>, api.KeyDetail>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.keyHistory>, api.KeyHistory>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.writeResult>, api.WriteResult>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.deletePreview>, api.DeletePreview>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.watchers>, WatchersView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof keySchema.deleteResult>, api.DeleteResult>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof leaseSchema.lease>, api.LeaseView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof spaceSchema.spaceView>, SpaceView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof spaceSchema.heatView>, HeatView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof bulkSchema.prefixDiff>, bulk.PrefixDiff>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof bulkSchema.trashPage>, bulk.TrashPage>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof bulkSchema.bulkPreview>, bulk.BulkPreview>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof configSchema.prefixSchemaList>, PrefixSchemaList>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof configSchema.prefixSchemaCheck>, PrefixSchemaCheck>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof bulkSchema.job>, bulk.JobView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof leaseSchema.leaseList>, leases.LeaseList>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof leaseSchema.leaseTimes>, leases.LeaseTimes>>().toEqualTypeOf<true>();
  expectTypeOf<
    Same<Out<typeof coordinationSchema.coordinationList>, coordination.CoordinationList>
  >().toEqualTypeOf<true>();
  expectTypeOf<
    Same<Out<typeof coordinationSchema.coordinationDetail>, coordination.CoordinationDetail>
  >().toEqualTypeOf<true>();
  expectTypeOf<
    Same<Out<typeof coordinationSchema.coordinationTerms>, coordination.CoordinationTerms>
  >().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof coordinationSchema.waitsView>, coordination.WaitsView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof primitiveSchema.primitiveList>, coordination.PrimitiveList>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof primitiveSchema.serviceList>, coordination.ServiceList>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof cluster.plan>, ClusterPlan>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof cluster.actionResult>, ClusterActionResult>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof cluster.hashes>, ClusterHashes>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof healthSchema.history>, HealthWindow>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof healthSchema.election>, ElectionExplained>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof cluster.actionBody>, ClusterActionBody>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof access.view>, AccessView>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof access.plan>, AccessPlan>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof access.actionResult>, AccessActionResult>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof access.actionBody>, AccessActionBody>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof auditSchema.auditPage>, AuditPage>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Out<typeof storeSchema.health>, Health>>().toEqualTypeOf<true>();
});
