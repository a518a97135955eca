'use client';

import type { AccessView } from '../../lib/api/access-types.ts';
import { utf8Encode } from '../../lib/base/bytes.ts';
import { prefixRange, rangeWords } from '../../lib/keys/range-words.ts';
import { type Allowed, whoCan } from '../../lib/keys/who-can.ts';
import { oneOf, textParam, withFallback } from '../shell/url-params.ts';
import { useUrlStates } from '../shell/use-url-state.ts';
import { StatusMark } from '../ui/badge.tsx';
import { Input } from '../ui/input.tsx';
import { Panel } from '../ui/panel.tsx';
import { Select } from '../ui/select.tsx';
import { TableHead } from '../ui/table-head.tsx';
import { EXTENT_WORDS } from './reach-words.ts';

const KINDS = ['key', 'prefix'] as const;
const OPTIONS = [
  { value: 'prefix', label: 'every key that starts with' },
  { value: 'key', label: 'the one key' },
] as const;

const PARAMS = { who: withFallback(textParam, ''), kind: withFallback(oneOf(KINDS), 'prefix') };

/** Who may read and write a key or a prefix, and through which role. The question is part of the URL. */
export function WhoCanPanel({ view }: { readonly view: AccessView }) {
  const [{ who, kind }, ask] = useUrlStates(PARAMS);
  const range = kind === 'key' && who !== '' ? { key: who, end: '' } : prefixRange(utf8Encode(who));
  const found = whoCan(view, range);
  const words = who === '' ? 'any key' : rangeWords(range);
  return (
    <Panel title="Who can" meta={who === '' ? null : `read and write ${rangeWords(range)}`}>
      <div className="flex flex-wrap items-center gap-2 border-b p-3">
        <Select label="Which keys" value={kind} options={OPTIONS} onValueChange={(next) => void ask({ kind: next })} />
        <Input
          mono
          aria-label="Key or prefix"
          placeholder="/app/"
          className="min-w-40 flex-1"
          value={who}
          onChange={(event) => void ask({ who: event.target.value === '' ? null : event.target.value })}
        />
      </div>
      {found.length === 0 ? (
        <p className="p-3 text-fg-2" role="status">
          {view.complete ? `No user may read or write ${words}.` : `You may neither read nor write ${words}.`}
        </p>
      ) : (
        <table className="w-full" aria-label={`Who can read and write ${rangeWords(range)}`}>
          <TableHead cell="px-3 py-1" columns={['User', 'Read', 'Write']} />
          <tbody>
            {found.map(({ user, read, write }) => (
              <tr key={user} className="border-b align-top last:border-b-0">
                <td className="px-3 py-1 [overflow-wrap:anywhere]">{user}</td>
                <td className="px-3 py-1">
                  <Answer allowed={read} />
                </td>
                <td className="px-3 py-1">
                  <Answer allowed={write} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {view.enabled ? null : (
        <p className="border-t p-3 text-fg-3 text-meta">
          This is who could if authentication were on. It is off: everybody can do everything.
        </p>
      )}
    </Panel>
  );
}

function Answer({ allowed }: { readonly allowed: Allowed }) {
  if (allowed.extent === 'none') return <span className="text-fg-3">no</span>;
  return (
    <>
      <StatusMark tone={allowed.extent === 'all' ? 'good' : 'neutral'}>{EXTENT_WORDS[allowed.extent]}</StatusMark>
      <span className="text-fg-2 [overflow-wrap:anywhere]">{` through ${allowed.through.join(', ')}`}</span>
    </>
  );
}
