/** Requests of clients by the version of the API they say they speak (metadata `client-api-version`), as etcd counts them. */
import { isUtf8 } from 'node:buffer';
import { etcdErrors } from '../../../lib/base/etcdpb/errors.ts';
import type { Call, Method } from './front/types.ts';
import { CLIENT_VERSION_BYTES_MAX, CLIENT_VERSIONS_MAX } from './limits.ts';

const UNKNOWN = 'unknown';
/** What is counted for clients beyond the bounds. */
const OTHER = 'other';

type Kind = 'unary' | 'stream';

export class ClientRequests {
  readonly #counts = new Map<string, Record<Kind, number>>();

  /** The same methods, each counted when it is called. */
  guard(methods: readonly Method[]): readonly Method[] {
    return methods.map((method) => {
      if (method.kind === 'unary') {
        const { handle } = method;
        return {
          ...method,
          handle: (request, call) => {
            this.#count('unary', call);
            return handle(request, call);
          },
        };
      }
      const { open } = method;
      return {
        ...method,
        open: (stream) => {
          this.#count('stream', stream);
          return open(stream);
        },
      };
    });
  }

  samples(): { readonly labels: Readonly<Record<string, string>>; readonly value: number }[] {
    return [...this.#counts].flatMap(([version, counts]) =>
      (['stream', 'unary'] as const)
        .filter((type) => counts[type] > 0)
        .map((type) => ({ labels: { client_api_version: utf8Of(version), type }, value: counts[type] })),
    );
  }

  /** @throws EtcdError when the version is not UTF-8 */
  #count(kind: Kind, call: Call): void {
    const text = call.metadata('client-api-version');
    const known = text === undefined ? undefined : this.#counts.get(text);
    if (known !== undefined) known[kind]++;
    else this.#countNew(kind, text);
  }

  #countNew(kind: Kind, text: string | undefined): void {
    if (text !== undefined && !isUtf8(bytesOf(text))) throw etcdErrors.invalidClientApiVersion();
    const isKept = this.#counts.size < CLIENT_VERSIONS_MAX && (text?.length ?? 0) <= CLIENT_VERSION_BYTES_MAX;
    const version = text === undefined ? UNKNOWN : isKept ? text : OTHER;
    const counts = this.#counts.get(version) ?? { unary: 0, stream: 0 };
    counts[kind]++;
    this.#counts.set(version, counts);
  }
}

/** Header values are bytes, one to a character. */
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf8Of = (text: string): string => bytesOf(text).toString('utf8');
