/**
 * A table of what a client can rely on, in our own words, and the cases that show it. A case is named `file#name`: `grpc-kv#…` is in
 * `e2e/conformance/grpc-kv.conf.test.ts`, `auth-cases/…#…` in that folder, and a path from the root names our own test of it.
 */
export type Coverage = Readonly<Record<string, readonly string[]>>;
