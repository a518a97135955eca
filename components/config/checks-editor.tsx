'use client';

import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { GateParameters, MetricGate, WebhookGate } from '../../lib/config/plan.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';

/** As many as a plan may have (server/console/config/document-schemas.ts). */
const CHECKS_MAX = 10;

export interface ChecksEditorProps {
  readonly gate: GateParameters;
  readonly onChange: (gate: GateParameters) => void;
}

/** What the gate asks outside the fleet at each tick: metrics that must lie within bounds, webhooks that must say yes. */
export function ChecksEditor({ gate, onChange }: ChecksEditorProps) {
  const { metrics, webhooks } = gate;
  const setMetric = (index: number, change: Partial<MetricGate>): void =>
    onChange({ ...gate, metrics: metrics.map((one, i) => (i === index ? { ...one, ...change } : one)) });
  const setWebhook = (index: number, change: Partial<WebhookGate>): void =>
    onChange({ ...gate, webhooks: webhooks.map((one, i) => (i === index ? { ...one, ...change } : one)) });
  return (
    <section aria-label="What is asked besides the fleet" className="flex flex-col gap-2">
      {metrics.map((metric, index) => (
        <Metric
          // biome-ignore lint/suspicious/noArrayIndexKey: a check has no identity but its place
          key={index}
          place={index + 1}
          metric={metric}
          onChange={(change) => setMetric(index, change)}
          onRemove={() => onChange({ ...gate, metrics: metrics.filter((_, i) => i !== index) })}
        />
      ))}
      {webhooks.map((hook, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: a check has no identity but its place
          key={index}
          className="flex flex-wrap items-center gap-2"
        >
          <legend className="sr-only">Webhook {index + 1}</legend>
          <span className="w-16 text-fg-2 text-meta">Webhook</span>
          <Input
            className="w-32!"
            aria-label={`Name of webhook ${index + 1}`}
            placeholder="name"
            value={hook.name}
            onChange={(event) => setWebhook(index, { name: event.target.value })}
          />
          <Input
            mono
            className="min-w-60 flex-1"
            aria-label={`Address of webhook ${index + 1}`}
            placeholder="https://… answers 2xx to go on"
            value={hook.url}
            onChange={(event) => setWebhook(index, { url: event.target.value })}
          />
          <IconButton
            size="small"
            label={`Remove webhook ${index + 1}`}
            onClick={() => onChange({ ...gate, webhooks: webhooks.filter((_, i) => i !== index) })}
          >
            <X aria-hidden="true" />
          </IconButton>
        </fieldset>
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          size="small"
          disabled={metrics.length >= CHECKS_MAX}
          onClick={() =>
            onChange({ ...gate, metrics: [...metrics, { name: '', url: '', query: '', min: null, max: null }] })
          }
        >
          <Plus aria-hidden="true" />
          Metric
        </Button>
        <Button
          size="small"
          disabled={webhooks.length >= CHECKS_MAX}
          onClick={() => onChange({ ...gate, webhooks: [...webhooks, { name: '', url: '' }] })}
        >
          <Plus aria-hidden="true" />
          Webhook
        </Button>
        {metrics.length + webhooks.length === 0 ? (
          <span className="text-fg-3 text-meta">Only the fleet’s own reports decide.</span>
        ) : (
          <span className="text-fg-3 text-meta">
            Asked at each tick by the console; it dials only hosts that its settings name (QUORATE_CHECK_HOSTS).
          </span>
        )}
      </div>
    </section>
  );
}

interface MetricProps {
  readonly place: number;
  readonly metric: MetricGate;
  readonly onChange: (change: Partial<MetricGate>) => void;
  readonly onRemove: () => void;
}

function Metric({ place, metric, onChange, onRemove }: MetricProps) {
  return (
    <fieldset className="flex flex-wrap items-center gap-2">
      <legend className="sr-only">Metric {place}</legend>
      <span className="w-16 text-fg-2 text-meta">Metric</span>
      <Input
        className="w-32!"
        aria-label={`Name of metric ${place}`}
        placeholder="name"
        value={metric.name}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <Input
        mono
        className="min-w-48 flex-1"
        aria-label={`Address of metric ${place}`}
        placeholder="http://prometheus:9090/api/v1/query"
        value={metric.url}
        onChange={(event) => onChange({ url: event.target.value })}
      />
      <Input
        mono
        className="min-w-48 flex-1"
        aria-label={`Query of metric ${place}`}
        placeholder="a query that answers one number"
        value={metric.query}
        onChange={(event) => onChange({ query: event.target.value })}
      />
      <Bound label={`Least of metric ${place}`} word="min" value={metric.min} onChange={(min) => onChange({ min })} />
      <Bound label={`Most of metric ${place}`} word="max" value={metric.max} onChange={(max) => onChange({ max })} />
      <IconButton size="small" label={`Remove metric ${place}`} onClick={onRemove}>
        <X aria-hidden="true" />
      </IconButton>
    </fieldset>
  );
}

interface BoundProps {
  readonly label: string;
  readonly word: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

/** Empty: no bound on this side. What is no number yet is kept as it is typed. */
function Bound({ label, word, value, onChange }: BoundProps) {
  const [text, setText] = useState(value === null ? '' : String(value));
  const typed = text.trim() === '' ? null : Number(text);
  const isWrong = typed !== null && !Number.isFinite(typed);
  // Rows move up when one above is removed: what is typed counts only while it means this value.
  const shown = isWrong || typed === value ? text : value === null ? '' : String(value);
  return (
    <Input
      mono
      className="w-20!"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={isWrong}
      placeholder={word}
      value={shown}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        if (next.trim() === '') onChange(null);
        else if (Number.isFinite(Number(next))) onChange(Number(next));
      }}
    />
  );
}
