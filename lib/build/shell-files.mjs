import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What the service worker keeps of a build: the addresses of its scripts, styles and icons, and a name
 * that is another one whenever anything of what people see without the network is.
 */
export function shellBuildOf(root) {
  const manifest = JSON.parse(read(root, '.next/build-manifest.json'));
  // For browsers that have no service worker either.
  const old = new Set(manifest.polyfillFiles.map((file) => `/_next/${file}`));
  const chunks = list(root, '.next/static/chunks')
    .map((file) => `/_next/static/chunks/${file}`)
    .filter((file) => /\.(js|css)$/.test(file) && !old.has(file));
  const icons = list(root, 'public').filter((file) => /^[\w-]+\.(png|svg)$/.test(file));
  const hash = createHash('sha256').update(chunks.join());
  for (const icon of icons) hash.update(icon).update(readFileSync(path.join(root, 'public', icon)));
  // The page without private data has its words in it.
  for (const file of list(root, 'lib/texts'))
    hash.update(file).update(read(root, 'lib/texts', file));
  return {
    version: hash.digest('base64url').slice(0, 16),
    files: [...chunks, ...icons.map((icon) => `/${icon}`)],
  };
}

const read = (...names) => readFileSync(path.join(...names), 'utf8');

/** The files below a folder, by their paths in it, in an order of their own. */
function list(root, folder) {
  const found = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(root, folder), path.join(entry.parentPath, entry.name)))
    .sort();
}
