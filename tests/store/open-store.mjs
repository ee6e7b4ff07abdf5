// Opens a store as a user who may look at everything and change nothing, and prints what it says.
//   node open-store.mjs FILE
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { register } from 'tsx/esm/api';

register();
const { Store } = await import('../../lib/embedded-mongo/store.ts');
const [file = ''] = process.argv.slice(2);
chmodSync(dirname(file), 0o555);
chmodSync(file, 0o444);
if (process.getuid() === 0) process.setuid(65_534);
const said = await Store.open(file).then(
  () => 'opened',
  (error) => error.message,
);
process.stdout.write(`${said}\n`, () => process.exit());
