import { defineConfig, mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

// The long form of tests/faults, which takes many minutes; the short one is in the suite. One file at
// a time: they load, kill and fill.
const { include: _all, ...test } = suite.test ?? {};
export default mergeConfig(
  defineConfig({ test }),
  defineConfig({
    test: { include: ['tests/faults/**/*.test.ts'], env: { FAULTS: 'long' }, maxWorkers: 1 },
  }),
);
