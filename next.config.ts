import type { NextConfig } from 'next';

const config: NextConfig = {
  // Next must never stop a build for an upgrade notice nor rewrite our files.
  agentRules: false,
  experimental: { agentUpgrade: false },
  // Next's badge would cover the revision bar in development.
  devIndicators: false,
  // `npm run check` checks types, the tests' too; a start must not wait for it.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  reactStrictMode: true,
  // The custom server (server/main.ts) owns the gRPC client; Next must not bundle a second copy.
  serverExternalPackages: ['@grpc/grpc-js'],
  turbopack: { root: import.meta.dirname },
};

export default config;
