import { defineConfig, mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

// Several servers on one database and one Redis, behind nginx: needs redis-server and nginx.
const { projects: _all, ...test } = suite.test ?? {};
export default mergeConfig(
  defineConfig({ test }),
  defineConfig({ test: { include: ['tests/nodes/**/*.test.ts'], maxWorkers: 1 } }),
);
