import { defineConfig } from 'vitest/config';
import { everyRun } from './vitest.config.ts';

// Several servers on one database and one Redis, behind nginx: needs redis-server and nginx.
export default defineConfig({
  test: { ...everyRun, include: ['tests/nodes/**/*.test.ts'], maxWorkers: 1 },
});
