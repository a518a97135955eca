/**
 * A member's /metrics over HTTP/1.1, on its client port or where the settings say. No user is sent: etcd asks for none there; a
 * client certificate is shown where the store has one.
 */
import { readFileSync } from 'node:fs';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { GrpcCode } from '../../../lib/base/grpc-status.ts';
import { EngineError, type MetricsCapability } from '../engine.ts';
import type { EtcdEngineOptions } from './engine.ts';
import type { Meter } from './meter.ts';

/** A busy etcd says about 150 KiB; beyond this it is something else that answers. */
export const METRICS_BYTES_MAX = 4 * 1024 * 1024;

type MetricsOptions = Pick<EtcdEngineOptions, 'tls' | 'metricsUrls'>;

/** @throws when a TLS file cannot be read */
export function metricsOf({ tls, metricsUrls }: MetricsOptions, meter: Meter): MetricsCapability & { close(): void } {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({
    keepAlive: true,
    ca: read(tls?.caFile),
    cert: read(tls?.certFile),
    key: read(tls?.keyFile),
  });
  const urlOf = (endpoint: string): string =>
    metricsUrls?.[endpoint] ?? `${tls === null ? 'http' : 'https'}://${endpoint}/metrics`;
  return {
    urlOf,
    read(endpoint, timeoutMs) {
      const url = new URL(urlOf(endpoint));
      meter.rpc();
      const ask = (onAnswer: (answer: IncomingMessage) => void): ClientRequest =>
        url.protocol === 'https:'
          ? httpsRequest(url, { agent: https }, onAnswer)
          : httpRequest(url, { agent: http }, onAnswer);
      return readText(ask, { url, timeoutMs, onBytes: (bytes) => meter.count(0, bytes) });
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

interface Reading {
  readonly url: URL;
  readonly timeoutMs: number;
  readonly onBytes: (bytes: number) => void;
}

/** The body of an answer 200, or why there is none. */
function readText(
  ask: (onAnswer: (answer: IncomingMessage) => void) => ClientRequest,
  { url, timeoutMs, onBytes }: Reading,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (code: GrpcCode, why: string): void => {
      clearTimeout(timer);
      reject(new EngineError(code, `${url.host}${url.pathname} ${why}`, { endpoint: url.host }));
      request.destroy();
    };
    const request = ask((answer) => {
      if (answer.statusCode !== 200) {
        fail(GrpcCode.UNIMPLEMENTED, `answers ${answer.statusCode ?? 'nothing'}`);
        return;
      }
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size > METRICS_BYTES_MAX) fail(GrpcCode.RESOURCE_EXHAUSTED, `says more than ${METRICS_BYTES_MAX} bytes`);
      });
      answer.on('error', (cause) => fail(GrpcCode.UNAVAILABLE, `broke off: ${cause.message}`));
      answer.on('end', () => {
        clearTimeout(timer);
        onBytes(size);
        resolve(Buffer.concat(parts).toString('utf8'));
      });
    });
    const timer = setTimeout(
      () => fail(GrpcCode.DEADLINE_EXCEEDED, `did not answer within ${timeoutMs} ms`),
      timeoutMs,
    );
    request.on('error', (cause) => fail(GrpcCode.UNAVAILABLE, `cannot be reached: ${cause.message}`));
    request.end();
  });
}
