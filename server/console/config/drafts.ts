/** Texts that are being written, kept as typed, and what they would do. */
import type { DraftDocument } from '../../../lib/config/documents.ts';
import type { TargetId } from '../../../lib/config/target.ts';
import { type Analysis, analyse } from './analysis.ts';
import { parseContent, requireSize } from './content.ts';
import { actorOf, type ConfigContext, ConfigWrite, committed, conflict, contentError } from './context.ts';
import { requireTarget } from './targets.ts';

export interface DraftBody {
  readonly target: TargetId;
  readonly text: string;
  /** The release it rests on; undefined: that of the draft so far, or what is live. */
  readonly base: string | null | undefined;
  readonly expectModRevision: number;
  readonly by: string | undefined;
}

/** Kept as typed, valid or not. */
export async function putDraft(
  context: ConfigContext,
  { target, text, base, expectModRevision, by }: DraftBody,
): Promise<number> {
  const snapshot = await context.state.ready();
  requireTarget(snapshot, target);
  requireSize(text);
  if (typeof base === 'string' && snapshot.release(target, base) === null)
    throw contentError('base', '', `${target} has no release ${base}`);
  const draft: DraftDocument = {
    target,
    base:
      base === undefined
        ? (snapshot.get('drafts', target)?.value.base ?? snapshot.assignment(target).value.stable)
        : base,
    text,
    author: actorOf(context, by),
    updatedAt: context.now(),
  };
  const key = context.keys.key('drafts', target);
  return committed(context, new ConfigWrite(context.engine).expect(key, expectModRevision).put(key, draft), () =>
    staleDraft(context, target),
  );
}

export async function discardDraft(
  context: ConfigContext,
  target: TargetId,
  expectModRevision: number,
): Promise<number> {
  await context.state.ready();
  const key = context.keys.key('drafts', target);
  return committed(context, new ConfigWrite(context.engine).expect(key, expectModRevision).delete(key), () =>
    staleDraft(context, target),
  );
}

const staleDraft = (context: ConfigContext, target: TargetId) => {
  const current = context.state.current?.get('drafts', target);
  return conflict(
    current === undefined
      ? `the draft of ${target} is gone; nothing was written`
      : `the draft of ${target} was changed by ${current.value.author} at revision ${current.modRevision}; nothing was written`,
    { current: current?.value ?? null },
  );
};

/** What publishing the text would mean; changes nothing. */
export async function checkText(context: ConfigContext, target: TargetId, text: string): Promise<Analysis> {
  const snapshot = await context.state.ready();
  return analyse(context, snapshot, { target: requireTarget(snapshot, target).value, content: parseContent(text) });
}
