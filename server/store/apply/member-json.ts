/**
 * etcd's Member JSON, the context of a configuration change: {"id","peerURLs","name","clientURLs","isLearner"}, with
 * "isPromote" when a learner becomes a voter. Ids are JSON integers of 64 bits: read from their digits, never through a
 * double.
 */
import type { Member } from '../../../lib/base/etcdpb/cluster.ts';

export interface MemberContext {
  readonly member: Member;
  readonly isPromote: boolean;
}

export class MemberJsonError extends Error {
  override readonly name = 'MemberJsonError';
}

export function encodeMemberJson({ member, isPromote }: MemberContext): string {
  const { peerUrls, name, clientUrls, isLearner } = member;
  const rest = JSON.stringify({
    peerURLs: peerUrls,
    ...(name === '' ? {} : { name }),
    ...(clientUrls.length === 0 ? {} : { clientURLs: clientUrls }),
    ...(isLearner ? { isLearner } : {}),
    ...(isPromote ? { isPromote } : {}),
  });
  return `{"id":${member.id},${rest.slice(1)}`;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Absent and null fields are empty, as Go reads them. @throws MemberJsonError naming what is wrong */
export function decodeMemberJson(text: string): MemberContext {
  const reviver: Reviver = (key, value, { source }) =>
    key === 'id' && typeof value === 'number' ? exactInteger(source ?? '') : value;
  let parsed: unknown;
  try {
    // The third parameter (source text access) is newer than the compiler's library; Node has it since 21.
    parsed = JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
  } catch (cause) {
    if (cause instanceof MemberJsonError) throw cause;
    throw new MemberJsonError('member context is not JSON', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null) throw new MemberJsonError('member context is not an object');
  const fields = parsed as Readonly<Record<string, unknown>>;
  if (typeof fields.id !== 'bigint') throw new MemberJsonError('member context has no integer "id"');
  return {
    member: {
      id: fields.id,
      name: textOf(fields, 'name'),
      peerUrls: textsOf(fields, 'peerURLs'),
      clientUrls: textsOf(fields, 'clientURLs'),
      isLearner: fields.isLearner === true,
    },
    isPromote: fields.isPromote === true,
  };
}

function exactInteger(source: string): bigint {
  if (!/^\d{1,20}$/.test(source)) throw new MemberJsonError(`member context: "id" is not a uint64: ${source}`);
  const value = BigInt(source);
  if (BigInt.asUintN(64, value) !== value) throw new MemberJsonError(`member context: "id" exceeds 64 bits: ${source}`);
  return value;
}

function textOf(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw new MemberJsonError(`member context: "${name}" is not a string`);
  return value;
}

function textsOf(fields: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new MemberJsonError(`member context: "${name}" is not a list of strings`);
  }
  return value;
}
