'use client';

import { Plus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { GateParameters, MetricGate, WebhookGate } from '../../lib/config/plan.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';
import { changeRow, removeRow, rowId } from '../ui/row-identity.ts';

/** As many as a plan may have (server/console/config/document-schemas.ts). */
const CHECKS_MAX = 10;

export interface ChecksEditorProps {
  readonly gate: GateParameters;
  readonly onChange: (gate: GateParameters) => void;
}

/** What the gate asks outside the fleet at each tick: metrics that must lie within bounds, webhooks that must say yes. */
export function ChecksEditor({ gate, onChange }: ChecksEditorProps) {
  const { metrics, webhooks } = gate;
  const setMetrics = (changed: readonly MetricGate[]): void => onChange({ ...gate, metrics: changed });
  const setWebhooks = (changed: readonly WebhookGate[]): void => onChange({ ...gate, webhooks: changed });
  return (
    <section aria-label="What is asked besides the fleet" className="flex flex-col gap-2">
      {metrics.map((metric, index) => (
        <MetricFields
          key={rowId(metric)}
          place={index + 1}
          metric={metric}
          onChange={(changes) => setMetrics(changeRow(metrics, metric, changes))}
          onRemove={() => setMetrics(removeRow(metrics, metric))}
        />
      ))}
      {webhooks.map((hook, index) => (
        <CheckFields
          key={rowId(hook)}
          kind="Webhook"
          place={index + 1}
          check={hook}
          addressHint="https://… answers 2xx to go on"
          onChange={(changes) => setWebhooks(changeRow(webhooks, hook, changes))}
          onRemove={() => setWebhooks(removeRow(webhooks, hook))}
        />
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          size="small"
          disabled={metrics.length >= CHECKS_MAX}
          onClick={() => setMetrics([...metrics, { name: '', url: '', query: '', min: null, max: null }])}
        >
          <Plus aria-hidden="true" />
          Metric
        </Button>
        <Button
          size="small"
          disabled={webhooks.length >= CHECKS_MAX}
          onClick={() => setWebhooks([...webhooks, { name: '', url: '' }])}
        >
          <Plus aria-hidden="true" />
          Webhook
        </Button>
        <span className="text-fg-3 text-meta">
          {metrics.length + webhooks.length === 0
            ? 'Only the fleet’s own reports decide.'
            : 'Asked at each tick by the console; it dials only hosts that its settings name (QUORATE_CHECK_HOSTS).'}
        </span>
      </div>
    </section>
  );
}

interface CheckFieldsProps {
  readonly kind: 'Metric' | 'Webhook';
  readonly place: number;
  readonly check: WebhookGate;
  readonly addressHint: string;
  readonly onChange: (changes: Partial<WebhookGate>) => void;
  readonly onRemove: () => void;
  /** Fields of this kind alone. */
  readonly children?: ReactNode;
}

function CheckFields({ kind, place, check, addressHint, onChange, onRemove, children }: CheckFieldsProps) {
  const name = `${kind.toLowerCase()} ${place}`;
  return (
    <fieldset className="flex flex-wrap items-center gap-2">
      <legend className="sr-only">
        {kind} {place}
      </legend>
      <span className="w-16 text-fg-2 text-meta">{kind}</span>
      <TextField
        className="w-32!"
        label={`Name of ${name}`}
        hint="name"
        value={check.name}
        onChange={(text) => onChange({ name: text })}
      />
      <TextField
        mono
        className="min-w-48 flex-1"
        label={`Address of ${name}`}
        hint={addressHint}
        value={check.url}
        onChange={(url) => onChange({ url })}
      />
      {children}
      <IconButton size="small" label={`Remove ${name}`} onClick={onRemove}>
        <X aria-hidden="true" />
      </IconButton>
    </fieldset>
  );
}

interface MetricFieldsProps {
  readonly place: number;
  readonly metric: MetricGate;
  readonly onChange: (changes: Partial<MetricGate>) => void;
  readonly onRemove: () => void;
}

function MetricFields({ metric, ...props }: MetricFieldsProps) {
  const { place, onChange } = props;
  return (
    <CheckFields {...props} kind="Metric" check={metric} addressHint="http://prometheus:9090/api/v1/query">
      <TextField
        mono
        className="min-w-48 flex-1"
        label={`Query of metric ${place}`}
        hint="a query that answers one number"
        value={metric.query}
        onChange={(query) => onChange({ query })}
      />
      <Bound label={`Least of metric ${place}`} hint="min" initial={metric.min} onChange={(min) => onChange({ min })} />
      <Bound label={`Most of metric ${place}`} hint="max" initial={metric.max} onChange={(max) => onChange({ max })} />
    </CheckFields>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly mono?: boolean;
  readonly className: string;
  readonly onChange: (text: string) => void;
}

function TextField({ label, hint, onChange, ...props }: TextFieldProps) {
  return <Input {...props} aria-label={label} placeholder={hint} onChange={(event) => onChange(event.target.value)} />;
}

interface BoundProps {
  readonly label: string;
  readonly hint: string;
  readonly initial: number | null;
  readonly onChange: (value: number | null) => void;
}

/** Empty: no bound on this side. What is no number yet is kept as it is typed. */
function Bound({ label, hint, initial, onChange }: BoundProps) {
  const [text, setText] = useState(initial === null ? '' : String(initial));
  return (
    <Input
      mono
      className="w-20!"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={!Number.isFinite(Number(text))}
      placeholder={hint}
      value={text}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        if (next.trim() === '') onChange(null);
        else if (Number.isFinite(Number(next))) onChange(Number(next));
      }}
    />
  );
}
