import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// `npm run store` and `npm run db:…`: from the sources where tsx is there to run them, else, as in
// an installation without development tools, from the build.
//   node lib/build/tool.mjs NAME ARGUMENTS
const [name] = process.argv.splice(2, 1);
const source = name === 'store' ? '../embedded-mongo/serve.ts' : `../backup/${name}.ts`;
const built = new URL(`../../dist/${name}.mjs`, import.meta.url);

const tsx = await import('tsx/esm/api').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
});
if (tsx) {
  tsx.register();
  await import(new URL(source, import.meta.url).href);
} else if (existsSync(built)) {
  await import(built.href);
} else {
  console.error(`${fileURLToPath(built)} is missing: run \`npm run build\` first.`);
  process.exitCode = 1;
}
