import { existsSync } from 'node:fs';
import { keptSecret } from '#lib/auth/secret.ts';

// Says that it is there, and spins until there is the file with which all of them are to ask.
//   node secret-process.mjs DIRECTORY FILE
const [directory = '', start = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
while (!existsSync(start));
process.stdout.write(`${keptSecret(directory)}\n`);
