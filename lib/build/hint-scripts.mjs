import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The magic comment of V8’s explicit compile hints; to every other engine it is a comment. */
const hint = '//# allFunctionsCalledOnLoad\n';

/** In bytes: in smaller ones there is little to compile. */
const leastBytes = 5_000;

/**
 * Has browsers compile the scripts of a build while they are fetched, in another thread, instead of
 * function by function in the page's own, which stands still meanwhile. `next build` calls it, whoever runs
 * that (next.config.mjs).
 * @param root the project's folder, with .next in it.
 */
export function hintScripts(root) {
  const folder = path.join(root, '.next', 'static', 'chunks');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    const file = path.join(folder, name);
    const code = readFileSync(file, 'utf8');
    if (code.length >= leastBytes && !code.startsWith(hint)) writeFileSync(file, hint + code);
  }
}
