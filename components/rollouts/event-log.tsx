'use client';

import type { RolloutDetail } from '../../lib/api/config-types.ts';
import type { Json } from '../../lib/config/json.ts';
import { clockMillis } from '../../lib/format/time.ts';

/** Everything that happened to it, with the evidence it was decided upon. */
export function EventLog({ detail }: { readonly detail: RolloutDetail }) {
  return (
    <ol aria-label="Events" className="py-1">
      {detail.log.map(({ at, by, what, evidence }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a log only grows at its end
        <li key={index} className="flex items-baseline gap-3 px-3 py-0.5 hover:bg-hover">
          <time className="mono shrink-0 text-fg-3" suppressHydrationWarning>
            {clockMillis(at)}
          </time>
          <span className="w-20 shrink-0 truncate text-fg-2">{by}</span>
          <div className="min-w-0">
            <p>{what}</p>
            {evidence === undefined ? null : <Evidence evidence={evidence} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Evidence({ evidence }: { readonly evidence: Json }) {
  return (
    <details>
      <summary className="text-fg-3 text-meta hover:text-fg">Evidence</summary>
      <pre className="mono overflow-x-auto rounded-control border bg-inset p-2">
        {JSON.stringify(evidence, null, 2)}
      </pre>
    </details>
  );
}
