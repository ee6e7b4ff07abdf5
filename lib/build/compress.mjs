import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const compressors = {
  br: (content) =>
    promisify(brotliCompress)(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  gz: (content) => promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
};

/** Below this, in bytes, headers weigh more than what is saved. */
const leastBytes = 512;

/**
 * Writes the scripts and styles of a build once more beside themselves, as small as can be: that takes a
 * second for a large one, which no answer can wait for. lib/transport/static-files.ts serves them.
 */
export async function compressStatic(root) {
  const folder = path.join(root, '.next', 'static');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|css)$/.test(file))
    .map((file) => path.join(folder, file));
  await Promise.all(
    files.map(async (file) => {
      const content = readFileSync(file);
      if (content.length < leastBytes) return;
      for (const [ending, compress] of Object.entries(compressors))
        writeFileSync(`${file}.${ending}`, await compress(content));
    }),
  );
}
