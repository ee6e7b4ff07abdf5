import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';
import { compressStatic } from './compress.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = path.join(root, 'dist', 'built');
const sources = [
  'app',
  'lib',
  'public',
  'server.ts',
  'instrumentation.ts',
  'proxy.ts',
  'next.config.mjs',
  'package.json',
  'package-lock.json',
  'postcss.config.mjs',
  'tsconfig.json',
];

/**
 * Builds the pages (.next), with them the service worker, and the server (dist), and remembers when. Ends the process if it fails.
 * @param quiet show what the tools say only when they fail.
 */
export async function build({ quiet = false } = {}) {
  // A file that only the build makes would make its folder newer than the build.
  const worker = path.join(root, 'public', 'sw.js');
  writeFileSync(worker, '', { flag: 'a' });
  const started = new Date();
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
  const stdio = quiet ? 'pipe' : 'inherit';
  const pages = spawnSync(process.execPath, [next, 'build'], { cwd: root, env, stdio });
  if (pages.status !== 0) {
    if (statSync(worker).size === 0) rmSync(worker);
    if (quiet) process.stderr.write(Buffer.concat([pages.stdout, pages.stderr]));
    process.exit(pages.status ?? 1);
  }
  await compressStatic(root);
  await bundle({
    absWorkingDir: root,
    entryPoints: {
      server: 'server.ts',
      'embedded-mongo-worker': 'lib/embedded-mongo/worker.ts',
      // The tools of tool.mjs.
      store: 'lib/embedded-mongo/serve.ts',
      export: 'lib/backup/export.ts',
      import: 'lib/backup/import.ts',
      check: 'lib/backup/check.ts',
      compact: 'lib/backup/compact.ts',
      password: 'lib/backup/password.ts',
    },
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  // What is edited while it builds is newer than what is built.
  utimesSync(stamp, started, started);
}

/** Whether there is nothing built, or a source is newer than what is. */
export function isStale() {
  // An installation without its sources, such as a container's, has nothing that could be newer.
  if (!existsSync(path.join(root, 'server.ts'))) return false;
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined || !existsSync(path.join(root, '.next', 'BUILD_ID'))) return true;
  return sources.some((source) => newest(path.join(root, source)) > built);
}

function newest(file) {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  // The service worker lies among the sources, and is none.
  const names = readdirSync(file).filter((name) => name !== 'sw.js');
  const inside = names.map((name) => newest(path.join(file, name)));
  return Math.max(stats.mtimeMs, ...inside);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build();
