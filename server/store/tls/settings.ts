/** What the flags of one side, client or peer, ask of TLS. */
export interface TlsSettings {
  /** How that side's flags begin: "" for clients, "peer-" for peers. */
  readonly prefix: '' | 'peer-';
  readonly certFile: string;
  readonly keyFile: string;
  /** What this member shows when it dials; the server's pair unless given. */
  readonly clientCertFile: string | undefined;
  readonly clientKeyFile: string | undefined;
  /** Undefined: the authorities that come with Node. */
  readonly trustedCaFile: string | undefined;
  readonly requiresClientCert: boolean;
  readonly crlFile: string | undefined;
  /** Common names that peers may have; empty: any. */
  readonly allowedCommonNames: readonly string[];
  /** Host names that the other side's certificate must be valid for, one of them; empty: any. */
  readonly allowedHostnames: readonly string[];
  /** The address a peer's certificate names must be the one it connects from. */
  readonly checksOrigin: boolean;
  /**
   * The pair is made by this member itself at its first start, for these hosts. Nobody could verify it, so those who dial do not.
   * Undefined: the files are given.
   */
  readonly selfSigned: { readonly hosts: readonly string[]; readonly years: number } | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion | undefined;
  /** OpenSSL names; empty: Node's own choice. */
  readonly cipherSuites: readonly string[];
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** Files that cannot serve as what a flag says they are. `message` is the one line to print. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}
