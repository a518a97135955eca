/**
 * GET /metrics: Prometheus text, under etcd's own names, so that existing dashboards and alerts work unchanged. Only what
 * is really counted here appears; a name that is missing is not measured (server/docs/divergences.md says which).
 */

import { MetricsText } from '../../../../../lib/base/prometheus-text.ts';
import type { FrontStats, Method } from '../../front/types.ts';
import { addGrpc } from './grpc-metrics.ts';
import { addPeers, type PeerSource } from './peer-metrics.ts';
import { addProcess } from './process-metrics.ts';
import { addServer, type ServerSource } from './server-metrics.ts';
import { addStorage, type StorageSource } from './storage-metrics.ts';

export interface MetricsSource extends ServerSource, StorageSource, PeerSource {
  readonly methods: readonly Method[];
  readonly front: FrontStats;
}

export function renderMetrics(source: MetricsSource): string {
  const text = new MetricsText();
  addServer(text, source);
  addStorage(text, source);
  addPeers(text, source);
  addGrpc(text, source);
  addProcess(text);
  return text.toString();
}
