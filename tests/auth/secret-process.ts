import { keptSecret } from '#lib/auth/secret.ts';

// Spins until the moment at which all of them are to ask.
const [directory = '', startAt = '0'] = process.argv.slice(2);
while (Date.now() < Number(startAt));
process.stdout.write(keptSecret(directory));
