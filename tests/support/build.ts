import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build, isStale } from '../../lib/build/build.mjs';

/**
 * Tests over the wire run what people run: the production build, made once if it is not there. What tests
 * start as processes of their own (./scripts.ts) is bundled once too.
 */
export async function setup(): Promise<void> {
  if (isStale()) await build({ quiet: true });
  await bundle({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: {
      'export-while-writing': 'tests/backup/export-while-writing.ts',
      'killed-work': 'tests/store/killed-work.ts',
      'killed-writer': 'tests/store/killed-writer.ts',
      'oracle-process': 'tests/faults/oracle-process.ts',
      'secret-process': 'tests/auth/secret-process.ts',
      // Beside those that start it.
      'embedded-mongo-worker': 'lib/embedded-mongo/worker.ts',
    },
    outdir: 'dist/tests',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

export default setup;
