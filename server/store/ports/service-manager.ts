/**
 * Tells systemd that this process serves (sd_notify, units of Type=notify). Node has no datagram sockets in the file system, so
 * systemd's own tool speaks for us; the unit must allow that with NotifyAccess=all.
 */
import { spawn } from 'node:child_process';
import type { Log } from './log.ts';

/** Does nothing where nobody waits (no NOTIFY_SOCKET). */
export function notifyReady(environment: NodeJS.ProcessEnv, log: Log): void {
  if ((environment.NOTIFY_SOCKET ?? '') === '') return;
  const tool = spawn('systemd-notify', ['--ready', `--pid=${process.pid}`], { env: environment, stdio: 'ignore' });
  const failed = (reason: string): void => {
    log(
      'warn',
      'could not tell systemd that this member is ready: it needs systemd-notify, and NotifyAccess=all in the unit',
      {
        reason,
      },
    );
  };
  tool.once('error', (error) => failed(error.message));
  tool.once('exit', (code) => {
    if (code !== 0) failed(`systemd-notify ended with exit code ${code}`);
  });
}
