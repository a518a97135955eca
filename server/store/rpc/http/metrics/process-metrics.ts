/** What /metrics says of the process, under the names every Prometheus client uses. */
import { readdirSync, readFileSync } from 'node:fs';
import type { MetricsText } from '../../../../../lib/base/prometheus-text.ts';

export function addProcess(text: MetricsText): void {
  const cpu = process.cpuUsage();
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  text.counter('process_cpu_seconds_total', 'User and system CPU time in seconds.', cpuSeconds);
  const memory = process.memoryUsage();
  text.gauge('process_resident_memory_bytes', 'Resident memory in bytes.', memory.rss);
  text.gauge('nodejs_heap_size_used_bytes', 'Memory of objects in use or not yet collected.', memory.heapUsed);
  text.gauge('nodejs_external_memory_bytes', 'Memory of buffers outside the heap.', memory.external);
  const startedAt = Date.now() / 1000 - process.uptime();
  text.gauge('process_start_time_seconds', 'Start of the process since the Unix epoch.', startedAt.toFixed(3));
  const linux = fromProc();
  if (linux === undefined) return;
  text.gauge('process_virtual_memory_bytes', 'Virtual memory in bytes.', linux.virtualBytes);
  text.gauge('process_open_fds', 'Open file descriptors.', linux.openFiles);
  // etcd's own names for the same two.
  text.gauge('os_fd_used', 'Open file descriptors.', linux.openFiles);
  if (linux.openFilesMax === undefined) return;
  text.gauge('process_max_fds', 'Most file descriptors that may be open.', linux.openFilesMax);
  text.gauge('os_fd_limit', 'Most file descriptors that may be open.', linux.openFilesMax);
}

/** Undefined where there is no /proc. */
function fromProc(): { virtualBytes: number; openFiles: number; openFilesMax: number | undefined } | undefined {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const max = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return {
      virtualBytes: Number(/^VmSize:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
      openFiles: readdirSync('/proc/self/fd').length,
      openFilesMax: max === undefined ? undefined : Number(max),
    };
  } catch {
    return undefined;
  }
}
