/**
 * What configuration is for. A target is a bundle (a named document) in a scope: global, application, environment or service. Its id is
 * `bundle`, `bundle/app`, `bundle/app/env` or `bundle/app/env/service`, so that the layers of an instance are the prefixes of
 * its path, and the wider layer always comes first.
 */
import { err, ok, type Result } from '../base/result.ts';

const LAYERS = ['global', 'application', 'environment', 'service'] as const;
export type Layer = (typeof LAYERS)[number];

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const NAME_RULE =
  'lower-case letters, digits, dots, dashes and underscores, 63 at most, beginning with a letter or digit';

export type TargetId = string;

/** Where an instance runs, and the bundle it reads. */
export interface Place {
  readonly bundle: string;
  readonly app: string;
  readonly env: string;
  readonly service: string;
}

export function parseTarget(id: string): Result<readonly string[], string> {
  const parts = id.split('/');
  if (parts.length > LAYERS.length) return err('has more parts than bundle/application/environment/service');
  const wrong = parts.find((part) => !NAME.test(part));
  return wrong === undefined ? ok(parts) : err(`"${wrong}" is no name: ${NAME_RULE}`);
}

export const isName = (text: string): boolean => NAME.test(text);

export const bundleOf = (id: TargetId): string => id.split('/')[0] ?? id;

export const layerOf = (id: TargetId): Layer => LAYERS[id.split('/').length - 1] ?? 'service';

/** "shop / prod" for people; "everywhere" for the global layer. */
export const scopeWords = (id: TargetId): string => id.split('/').slice(1).join(' / ') || 'everywhere';

export const placeId = ({ bundle, app, env, service }: Place): TargetId => [bundle, app, env, service].join('/');

/** The target and all layers above it, widest first. */
export function layersOf(id: TargetId): TargetId[] {
  const parts = id.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** Whether everything `inner` reaches is also reached by `outer`. */
export const covers = (outer: TargetId, inner: TargetId): boolean => inner === outer || inner.startsWith(`${outer}/`);

/** Whether some instance reads both. */
export const meet = (a: TargetId, b: TargetId): boolean => covers(a, b) || covers(b, a);
