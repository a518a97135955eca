'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { configApi } from '../../lib/api/config-client.ts';
import type { ConfigTargetDetail, EvaluatedFlag } from '../../lib/api/config-types.ts';
import { routes } from '../../lib/api/routes.ts';
import type { Json } from '../../lib/config/json.ts';
import { curl } from '../../lib/format/commands.ts';
import { useTarget } from '../config/use-config.ts';
import { valueText } from '../config/words.ts';
import { oneOf, textParam, withFallback } from '../shell/url-params.ts';
import { usePinnedRevision } from '../shell/use-pinned-revision.ts';
import { useStore } from '../shell/use-store.ts';
import { useUrlState } from '../shell/use-url-state.ts';
import { StatusMark, type Tone } from '../ui/badge.tsx';
import { CopyAsMenu } from '../ui/copy-as.tsx';
import { DetailHeader } from '../ui/detail-header.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Field, Textarea } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';

const EXAMPLE = '{\n  "targetingKey": "user-1",\n  "email": "ada@shop.example",\n  "version": "2.4.0"\n}';
const CONTEXT = withFallback(textParam, EXAMPLE);
const SOURCES = ['live', 'canary', 'draft'] as const;
type Source = (typeof SOURCES)[number];
const SOURCE = withFallback(oneOf(SOURCES), 'live');

/** All flags of a set for one context, each with the steps that led to its value. */
export function Playground({ target, onBack }: { readonly target: string; readonly onBack: () => void }) {
  const store = useStore();
  const { rev } = usePinnedRevision();
  const detail = useTarget(store.id, target, rev);
  const [text, setText] = useUrlState('context', CONTEXT);
  const settled = useDeferredValue(text);
  const context = readContext(settled);
  const [asked, setSource] = useUrlState('of', SOURCE);
  const sources = sourcesOf(detail.data);
  // What is gone (a rollout that ended, a draft published) gives way to what is live.
  const source = sources.some(({ value }) => value === asked) ? asked : 'live';
  const evaluated = textOf(detail.data, source, rev !== null);
  const isNothing = source === 'live' && detail.data?.live === null;
  const query = useQuery({
    queryKey: ['store', store.id, 'flags-evaluate', target, source, evaluated.version, rev, settled],
    queryFn: ({ signal }) =>
      configApi.evaluate(store.id, { target, text: evaluated.text, context: context ?? {}, key: null }, signal),
    enabled: context !== undefined && detail.data !== undefined && !isNothing,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const isPlace = target.split('/').length === 4;
  const base = routes.flags(store.id, target);
  return (
    <section aria-label={`Flags of ${target}`} className="flex min-h-0 flex-1 flex-col overflow-auto bg-surface">
      <DetailHeader list="Flags" onBack={onBack}>
        <h2 className="mono flex-1 font-semibold">{target}</h2>
        <span className="text-fg-2 text-meta">
          {detail.data?.live === null ? 'nothing is live' : `live ${detail.data?.live?.semver ?? ''}`}
        </span>
        {isPlace ? (
          <CopyAsMenu
            label="Copy as OFREP"
            forms={{
              curl: () =>
                curl(`${location.origin}${base}/ofrep/v1/evaluate/flags`, {
                  method: 'POST',
                  json: { context: context ?? {} },
                }),
              more: { 'Base URL for an OpenFeature SDK': () => `${location.origin}${base}` },
            }}
          />
        ) : null}
      </DetailHeader>
      <div className="flex flex-col gap-3 p-3">
        {sources.length < 2 ? null : (
          <span className="inline-flex items-center gap-2">
            <span className="text-fg-2">Evaluate</span>
            <Select label="What is evaluated" value={source} options={sources} onValueChange={setSource} />
          </span>
        )}
        <Field
          label="Context"
          hint="What the application knows about who asks. targetingKey decides splits."
          error={context === undefined ? 'is not a JSON object' : undefined}
        >
          {(ids) => (
            <Textarea {...ids} mono rows={5} value={text} onChange={(event) => void setText(event.target.value)} />
          )}
        </Field>
        {query.error === null ? null : (
          <p role="alert">
            <StatusMark tone="bad" className="whitespace-normal!">
              It could not be evaluated: {query.error.message}
            </StatusMark>
          </p>
        )}
        {isNothing ? (
          <EmptyState className="p-0!">
            Nothing of it is live yet: every application uses its own defaults. Publish a release under “Edit and
            releases”.
          </EmptyState>
        ) : (
          <Results flags={query.data} />
        )}
      </div>
    </section>
  );
}

/** What there is to evaluate besides what is live. */
function sourcesOf(
  detail: ConfigTargetDetail | undefined,
): readonly { readonly value: Source; readonly label: string }[] {
  return [
    { value: 'live', label: `what is live${detail?.live == null ? '' : `, ${detail.live.semver}`}` },
    ...(detail?.canary == null ? [] : [{ value: 'canary' as const, label: `the canary, ${detail.canary.semver}` }]),
    ...(detail?.draft == null ? [] : [{ value: 'draft' as const, label: `the draft of ${detail.draft.author}` }]),
  ];
}

/** The text sent along, and what tells it from another; null: the console takes what is live. */
function textOf(
  detail: ConfigTargetDetail | undefined,
  source: Source,
  isPast: boolean,
): { readonly text: string | null; readonly version: string } {
  if (source === 'draft') return { text: detail?.draft?.text ?? '{}', version: String(detail?.draftRevision ?? 0) };
  const release = source === 'canary' ? detail?.canary : detail?.live;
  const version = release?.releaseId ?? '';
  if (source === 'live' && !isPast) return { text: null, version };
  return { text: JSON.stringify(release?.content ?? {}), version };
}

function readContext(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const TONES: Readonly<Record<string, Tone>> = {
  STATIC: 'neutral',
  DEFAULT: 'neutral',
  TARGETING_MATCH: 'good',
  SPLIT: 'lease',
  DISABLED: 'stale',
};

function Results({ flags }: { readonly flags: readonly EvaluatedFlag[] | undefined }) {
  if (flags === undefined) return null;
  if (flags.length === 0) return <EmptyState className="p-0!">The set holds no flag.</EmptyState>;
  return (
    <ul aria-label="Evaluated flags" className="flex flex-col divide-y rounded-panel border">
      {flags.map((flag) => (
        <li key={flag.key} className="flex flex-col gap-0.5 px-3 py-2">
          <p className="flex flex-wrap items-baseline gap-x-3">
            <span className="mono font-semibold">{flag.key}</span>
            <span className="mono">
              {flag.hasValue ? valueText(flag.value) : flag.ok ? 'the application’s own default' : ''}
            </span>
            {flag.variant === null ? null : <span className="text-fg-3 text-meta">variant {flag.variant}</span>}
            <StatusMark tone={flag.ok ? (TONES[flag.reason] ?? 'neutral') : 'bad'} className="text-meta">
              {flag.reason}
            </StatusMark>
          </p>
          {flag.error === null ? null : <p className="text-bad">{flag.error}</p>}
          <ol className="text-fg-2 text-meta">
            {flag.steps.map((step, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps of a finished evaluation never move
              <li key={index}>
                <span className="mono text-fg-3">{step.operator}</span> {step.says}
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ul>
  );
}
