import { defineConfig } from 'vitest/config';
import { everyRun } from './vitest.config.ts';

// The long form of tests/faults, and of the tests that spoil stores and archives or try what is random,
// which takes about an hour; the short one is in the suite. One file at a time: they load, kill and fill.
const long = {
  FAULTS: 'long',
  STORE_OPERATIONS: '20000',
  STORE_CRASHES: '60',
  STORE_KILLS: '30',
  STORE_FAULTS: '20',
  STORE_DAMAGES: '2000',
};
export default defineConfig({
  test: {
    ...everyRun,
    include: [
      'tests/faults/**/*.test.ts',
      'tests/store/{model,crash,killed-work,disk,check}.test.ts',
      'tests/backup/backup.test.ts',
      'tests/push/vanished.test.ts',
      'tests/nodes/away.test.ts',
    ],
    env: { ...everyRun.env, ...long },
    maxWorkers: 1,
  },
});
