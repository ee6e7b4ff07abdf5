import { PHASE_PRODUCTION_BUILD } from 'next/constants.js';

/** @type {import('next').NextConfig} */
const settings = {
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
  compiler: {
    runAfterProductionCompile: async ({ projectDir }) => {
      const { hintScripts } = await import('./lib/build/hint-scripts.mjs');
      hintScripts(projectDir);
      const { buildWorker } = await import('./lib/build/worker.mjs');
      await buildWorker(projectDir);
    },
  },
  // Browsers ask for it whenever they look for a new version: no cache may answer for us.
  headers: async () => [
    { source: '/sw.js', headers: [{ key: 'cache-control', value: 'no-cache' }] },
  ],
};

export default async function config(phase) {
  // What is missing is better told here than by every page.
  if (phase === PHASE_PRODUCTION_BUILD && process.env.VERCEL) {
    const { missingOnPageHost } = await import('./lib/build/page-host.mjs');
    const missing = missingOnPageHost(process.env);
    if (missing) {
      process.stderr.write(`Gatherly cannot be built: ${missing}\n`);
      process.exit(1);
    }
  }
  return settings;
}
