/** Auto-compaction of a running member: who leads, what the revision is, and how a compaction is proposed. */
import { EtcdError, etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type AutoCompaction, type AutoCompactor, startAutoCompaction } from './auto-compaction.ts';
import { STORE_ITSELF } from './core-member.ts';
import type { StoreMember } from './types.ts';

export function compactBySchedule(
  setting: AutoCompaction,
  { member, clock, log }: { readonly member: StoreMember; readonly clock: Clock; readonly log: Log },
): AutoCompactor {
  return startAutoCompaction(setting, {
    clock,
    log,
    isLeader: () => member.raftStatus().leaderId === member.memberId,
    revision: () => member.kv.revision(),
    compact: async (revision) => {
      if (revision <= member.kv.compactRevision()) return true;
      try {
        await member.propose({ compaction: { revision } }, STORE_ITSELF);
        return true;
      } catch (error) {
        // Somebody asked for as much in the meantime.
        if (error instanceof EtcdError && error.message === etcdErrors.compacted().message) return true;
        throw error;
      }
    },
  });
}
