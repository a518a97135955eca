/**
 * How much JavaScript each page may load before it can be used, in KB of 1,024 bytes, gzipped. 128 of them are React and Next. Keys is held to
 * the promise of the explorer; the others to little more than they need today, so that growth is a decision.
 */
export const BUDGETS_KB: Readonly<Record<string, number>> = {
  '/': 220,
  '/keys': 180,
  '/watch': 220,
  '/compare': 220,
  '/trash': 220,
  '/elections': 240,
  '/locks': 240,
  '/primitives': 240,
  '/services': 240,
  '/leases': 220,
  '/config': 230,
  '/rollouts': 230,
  '/flags': 230,
  '/cluster': 230,
  '/access': 230,
  '/audit': 220,
  '/space': 230,
  '/stores': 220,
};
