import { build as bundle } from 'esbuild';
import { shellBuildOf } from './shell-files.mjs';

/**
 * Bundles the service worker for the pages that have just been compiled; `next build` calls it, whoever
 * runs that (next.config.mjs). It is served from public/, as the icons are.
 * @param root the project's folder, with .next in it.
 */
export async function buildWorker(root) {
  await bundle({
    absWorkingDir: root,
    entryPoints: { sw: 'lib/worker/worker.ts' },
    outdir: 'public',
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    define: { shellBuild: JSON.stringify(shellBuildOf(root)) },
    logLevel: 'warning',
  });
}
