/** The page of all stores, as schemas. */
import { z } from 'zod';
import { cluster } from './cluster-response-schemas.ts';
import { named } from './response-parts.ts';
import { storeSummary } from './store-response-schemas.ts';

const { quorum, leaderSince, risks, at, members } = cluster.shape;
const { health, isLeader, isLearner } = members.element.shape;

export const storeOverview = named('StoreOverview', {
  store: storeSummary,
  state: z.enum(['answers', 'silent', 'asking']),
  demandsUsers: z.boolean().nullable(),
  detail: z
    .strictObject({
      at,
      members: z.array(z.strictObject({ name: z.string(), health, isLeader, isLearner })),
      leader: z.string().nullable(),
      leaderSince,
      quorum,
      risks,
      versions: z.array(z.string()),
    })
    .nullable(),
});

export const storeOverviewList = z.array(storeOverview);
