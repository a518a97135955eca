/**
 * Stops a process (SIGSTOP) and lets it go on (SIGCONT) after a while: `pause-guard.ts PID MILLISECONDS`, as a child with an IPC channel.
 *
 * A process of its own, because a stopped member can do nothing for itself and the launcher may be killed meanwhile: when the channel
 * closes, for whatever reason, the member goes on at once, finds its launcher gone and leaves.
 */
const [pid, forMs] = process.argv.slice(2).map(Number);
if (pid === undefined || forMs === undefined || !(pid > 1) || !(forMs > 0)) {
  console.error('usage: pause-guard.ts PID MILLISECONDS');
  process.exit(2);
}

function resume(): never {
  signal('SIGCONT');
  process.exit(0);
}

/** A process that is gone needs nothing. */
function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid as number, name);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause;
  }
}

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, resume);
process.on('disconnect', resume);
process.on('message', resume);
setTimeout(resume, forMs);
signal('SIGSTOP');
process.send?.('paused');
