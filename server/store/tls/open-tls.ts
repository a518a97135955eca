/** One side's TLS from its settings, its own certificate made first where the settings ask for that. */
import path from 'node:path';
import { errorText } from '../../../lib/base/error-text.ts';
import type { Log } from '../ports/log.ts';
import { makeSelfSigned, type SelfSigned } from './self-signed.ts';
import { TlsFileError, type TlsSettings } from './settings.ts';
import { TlsEndpoint } from './tls-endpoint.ts';

/** @throws TlsFileError */
export function openTls(settings: TlsSettings | undefined, log: Log): TlsEndpoint | undefined {
  if (settings === undefined) return undefined;
  if (settings.selfSigned !== undefined) {
    const { notAfter, isNew } = make(settings, settings.selfSigned);
    log(isNew ? 'info' : 'debug', 'serves with a certificate of its own making, which no client can verify', {
      file: settings.certFile,
      validTo: notAfter.toISOString(),
    });
    if (notAfter.getTime() < Date.now())
      throw new TlsFileError(
        `${settings.certFile}, which this member made, is valid to ${notAfter.toISOString()} only: remove ` +
          `${path.dirname(settings.certFile)} and start again to have a new one made`,
      );
  }
  return new TlsEndpoint(settings, log);
}

function make(settings: TlsSettings, selfSigned: NonNullable<TlsSettings['selfSigned']>): SelfSigned {
  const { certFile, keyFile } = settings;
  try {
    return makeSelfSigned({ ...selfSigned, certFile, keyFile, now: new Date() });
  } catch (cause) {
    const reason = errorText(cause);
    throw new TlsFileError(`cannot make a certificate in ${path.dirname(certFile)}: ${reason}`);
  }
}
