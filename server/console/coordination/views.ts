/** Queues in the words of the API. */
import type { ContenderView, CoordinationGroup, TermView, WaitView } from '../../../lib/api/coordination-types.ts';
import type { ByteString } from '../../../lib/base/bytes.ts';
import { byteStringToWire } from '../../../lib/keys/wire-bytes.ts';
import type { Contender, CoordinationQueue, Term } from '../../../lib/recognise/coordination-queue.ts';
import { type Layout, nameOfGroup } from '../../../lib/recognise/layout.ts';
import type { Wait } from '../../../lib/recognise/waits.ts';
import { leaseToHex } from '../ids.ts';

export function contenderView(one: Contender): ContenderView {
  const { valueBytes, value, since } = one;
  return {
    key: byteStringToWire(one.key),
    lease: leaseToHex(one.lease),
    createRevision: String(one.createRevision),
    modRevision: String(one.modRevision),
    valueBytes,
    value,
    since,
  };
}

export function termView(term: Term): TermView {
  return {
    ...term,
    key: byteStringToWire(term.key),
    lease: leaseToHex(term.lease),
    token: String(term.token),
    from: String(term.from),
    to: term.to === null ? null : String(term.to),
  };
}

export function groupView(queue: CoordinationQueue): CoordinationGroup {
  const { contenders, terms, verdict, layout, group } = queue;
  const [holder, next] = contenders;
  const term = terms.at(-1);
  return {
    id: byteStringToWire(group),
    name: byteStringToWire(nameOfGroup({ layout, group })),
    layout,
    ...verdict,
    holder: holder === undefined ? null : contenderView(holder),
    next: next === undefined ? null : contenderView(next),
    waiting: Math.max(0, contenders.length - 1),
    term: term === undefined ? null : termView(term),
    terms: terms.length,
  };
}

export function waitView({ lock, ...wait }: Wait, layout: Layout): WaitView {
  const group = lock as ByteString;
  return { ...wait, lock: byteStringToWire(group), name: byteStringToWire(nameOfGroup({ layout, group })) };
}
