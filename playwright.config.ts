import { defineConfig } from 'playwright/test';
import { chromiumArguments } from './tests/support/chromium.ts';

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  // The same for every system.
  snapshotPathTemplate: '{testDir}/pictures/{arg}{ext}',
  globalSetup: './tests/support/e2e-setup.ts',
  workers: 2,
  fullyParallel: false,
  // What measures speed has the machine for itself.
  projects: [
    { name: 'people', testIgnore: ['**/lighthouse.spec.ts', '**/pictures.spec.ts'] },
    // Not with `npm test`, which shows what works: with `npm run looks`.
    { name: 'looks', testMatch: '**/pictures.spec.ts' },
    // Needs redis-server: with `npm run test:nodes`.
    { name: 'nodes', testDir: 'tests/nodes' },
    { name: 'speed', testMatch: '**/lighthouse.spec.ts', dependencies: ['people', 'looks'] },
  ],
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: { args: chromiumArguments },
    // Recording takes a good part of the processor, also where all goes well.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
  },
});
