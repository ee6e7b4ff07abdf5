import { defineConfig } from 'playwright/test';
import { chromiumArguments } from './tests/support/chromium.ts';

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './tests/support/e2e-setup.ts',
  // Much of it is waiting for what takes its seconds: three keep two cores busy.
  workers: 3,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: { args: chromiumArguments },
    trace: 'retain-on-failure',
  },
});
