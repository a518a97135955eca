/** A thread that runs seeds for main.ts: one task in, one report out. Nothing is shared, so a seed's run is the same everywhere. */
import { parentPort } from 'node:worker_threads';
import { reportSeed, type SeedTask } from './stacks.ts';

parentPort?.on('message', (task: SeedTask) => parentPort?.postMessage(reportSeed(task)));
