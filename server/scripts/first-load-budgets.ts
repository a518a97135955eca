/**
 * How much JavaScript each page may load before it can be used, in KB of 1,024 bytes, gzipped. 128 of them are React and Next. Keys is held to
 * the promise of the explorer; the others to little more than they need today, so that growth is a decision.
 */
export const BUDGETS_KB: Readonly<Record<string, number>> = {
  '/': 235,
  '/keys': 180,
  '/watch': 235,
  '/compare': 225,
  '/trash': 225,
  '/elections': 245,
  '/locks': 248,
  '/primitives': 220,
  '/services': 220,
  '/leases': 242,
  '/config': 235,
  '/rollouts': 230,
  '/flags': 235,
  '/cluster': 220,
  '/access': 215,
  '/audit': 215,
  '/space': 215,
  '/stores': 205,
};
