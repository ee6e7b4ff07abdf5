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
  ],
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'same-origin' },
      ],
    },
  ],
};

export default config;
