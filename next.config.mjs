/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` checks all types; people who only start Gatherly need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // Opened once in the process, by server.ts: not to be bundled a second time.
  serverExternalPackages: [
    '@node-rs/argon2',
    'bson',
    'lmdb',
    'mongodb',
    'mongoose',
    'next-auth',
    'passport',
    'passport-local',
    'pino',
    'prom-client',
    'redis',
    'web-push',
  ],
  // Pictures are served as they are; what resizes them at anybody's request is switched off.
  images: { unoptimized: true },
};

export default config;
