/**
 * /health, /livez and /readyz: what load balancers, probes and operators ask. Answers and reasons as etcd 3.6 gives them.
 *
 * live = this process can read its own state; ready = it can also serve what clients expect (a leader, a quorum).
 */
import type { ServerResponse } from 'node:http';
import { utf8Encode } from '../../../../lib/base/bytes.ts';
import { AlarmType } from '../../../../lib/base/etcdpb/cluster.ts';
import { EtcdError } from '../../../../lib/base/etcdpb/errors.ts';
import { RangeRequest } from '../../../../lib/base/etcdpb/kv.ts';
import type { StoreMember } from '../../member/types.ts';
import { alarmName } from '../services/maintenance.ts';
import { sendJson, sendText } from './respond.ts';

const PROBE = RangeRequest.create({ key: utf8Encode('health'), limit: 1 });

/** One check of /livez or /readyz, since the start. */
interface CheckCounts {
  readonly type: 'livez' | 'readyz';
  readonly name: string;
  isOk: boolean;
  successes: number;
  errors: number;
}

/** What was answered so far. */
export class HealthCounts {
  successes = 0;
  failures = 0;
  readonly checks = new Map<string, CheckCounts>();

  checked(type: CheckCounts['type'], name: string, isOk: boolean): void {
    const counts = this.checks.get(`${type}/${name}`) ?? { type, name, isOk, successes: 0, errors: 0 };
    counts.isOk = isOk;
    if (isOk) counts.successes++;
    else counts.errors++;
    this.checks.set(`${type}/${name}`, counts);
  }
}

export async function sendHealth(
  member: StoreMember,
  query: URLSearchParams,
  response: ServerResponse,
  counts: HealthCounts,
): Promise<void> {
  const reason = await unhealthyReason(member, query);
  if (reason === '') counts.successes++;
  else counts.failures++;
  sendJson(response, reason === '' ? 200 : 503, { health: String(reason === ''), reason });
}

async function unhealthyReason(member: StoreMember, query: URLSearchParams): Promise<string> {
  const excluded = new Set(query.getAll('exclude'));
  for (const { alarm } of member.alarms()) {
    const name = alarmName(alarm);
    if (!excluded.has(name)) return `ALARM ${name}`;
  }
  const serializable = query.get('serializable') === 'true';
  if (!serializable && !member.hasLeader()) return 'RAFT NO LEADER';
  const failure = await readFailure(member, serializable);
  return failure === undefined ? '' : `RANGE ERROR:${failure}`;
}

async function readFailure(member: StoreMember, serializable: boolean): Promise<string | undefined> {
  try {
    if (!serializable) await member.readBarrier();
    member.kv.range(PROBE);
    return undefined;
  } catch (error) {
    if (error instanceof EtcdError) return error.message;
    throw error;
  }
}

/** The check's failure, or undefined when it holds. */
type Check = (member: StoreMember) => Promise<string | undefined>;

const serializableRead: Check = (member) => readFailure(member, true);
const linearizableRead: Check = (member) => readFailure(member, false);
const dataCorruption: Check = async (member) =>
  member.alarms().some(({ alarm }) => alarm === AlarmType.CORRUPT) ? 'alarm activated: CORRUPT' : undefined;
const nonLearner: Check = async (member) =>
  member.raftStatus().confState.learners.includes(member.memberId) ? 'not supported for learner' : undefined;

const CHECKS: Readonly<Record<'livez' | 'readyz', Readonly<Record<string, Check>>>> = {
  livez: { serializable_read: serializableRead },
  readyz: {
    data_corruption: dataCorruption,
    serializable_read: serializableRead,
    linearizable_read: linearizableRead,
    non_learner: nonLearner,
  },
};

/** `path` is "/livez", "/readyz" or one check below them. False when it names none. */
export async function sendProbe(
  member: StoreMember,
  path: string,
  query: URLSearchParams,
  response: ServerResponse,
  counts: HealthCounts,
): Promise<boolean> {
  const [, group, only, ...rest] = path.split('/');
  if ((group !== 'livez' && group !== 'readyz') || rest.length > 0) return false;
  const excluded = new Set(query.getAll('exclude'));
  const names = Object.keys(CHECKS[group]).filter((name) => (only === undefined ? !excluded.has(name) : name === only));
  if (names.length === 0 && only !== undefined) return false;
  const lines: string[] = [];
  let failed = false;
  for (const name of names) {
    const failure = await CHECKS[group][name]?.(member);
    counts.checked(group, name, failure === undefined);
    failed ||= failure !== undefined;
    lines.push(failure === undefined ? `[+]${name} ok` : `[-]${name} failed: ${failure}`);
  }
  const verbose = failed || query.has('verbose');
  sendText(response, failed ? 503 : 200, verbose ? `${lines.join('\n')}\n${failed ? 'not ok' : 'ok'}\n` : 'ok\n');
  return true;
}
