'use client';

import type { SpaceMeasure } from '../../lib/api/space-types.ts';
import type { WireBytes } from '../../lib/api/types.ts';
import { paramOf, wireParam } from '../history/wire-param.ts';
import { oneOf, textParam, withFallback } from '../shell/url-params.ts';
import { useUrlStates } from '../shell/use-url-state.ts';

export const SPANS = ['5m', '15m', '1h', '6h', 'all'] as const;
export type Span = (typeof SPANS)[number];

/** In ms; 0: as far as the console remembers. */
export const SPAN_MS: Readonly<Record<Span, number>> = {
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  all: 0,
};

const PARAMS = {
  show: withFallback(oneOf(['treemap', 'heatmap']), 'treemap'),
  by: withFallback(oneOf(['bytes', 'keys']), 'bytes'),
  span: withFallback(oneOf(SPANS), '15m'),
  prefix: textParam,
  prefix64: textParam,
};

export interface SpaceUrl {
  readonly show: 'treemap' | 'heatmap';
  readonly by: SpaceMeasure;
  readonly span: Span;
  readonly prefix: WireBytes;
  readonly set: (change: { show?: 'treemap' | 'heatmap'; by?: SpaceMeasure; span?: Span }) => void;
  /** Goes into a folder: Back leads out again. */
  readonly enter: (prefix: WireBytes) => void;
}

export function useSpaceUrl(): SpaceUrl {
  const [url, setUrl] = useUrlStates(PARAMS);
  return {
    show: url.show,
    by: url.by,
    span: url.span,
    prefix: wireParam(url.prefix, url.prefix64) ?? '',
    set: (change) => void setUrl(change),
    enter: (prefix) => void setUrl(paramOf('prefix', prefix), { history: 'push' }),
  };
}
