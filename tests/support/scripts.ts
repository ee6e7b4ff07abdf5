import { fileURLToPath } from 'node:url';

type Script =
  'export-while-writing' | 'killed-work' | 'killed-writer' | 'oracle-process' | 'secret-process';

/** The file of a script that tests start, as `./build.ts` has bundled it: from the sources each start would compile it. */
export const scriptFile = (name: Script): string =>
  fileURLToPath(new URL(`../../dist/tests/${name}.mjs`, import.meta.url));
