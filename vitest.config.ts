import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// With TEST_MONGODB_URI the suite runs on that MongoDB: without what is about the embedded store.
const aboutTheStore = [
  'tests/store/**',
  'tests/backup/**',
  'tests/transport/embedded-store.test.ts',
  'tests/transport/lost-answers.test.ts',
  'tests/faults/crash-points.test.ts',
  'tests/faults/disk-full.test.ts',
  'tests/faults/synced.test.ts',
];

/** Nearly a minute each, of waiting: with `npm run test:faults`. */
const longOnly = ['tests/faults/idle.test.ts', 'tests/push/vanished.test.ts'];

/** Several servers with Redis and nginx: with `npm run test:nodes`. */
const withRedis = ['tests/nodes/**'];

/** Small files that leave nothing behind in a process: they share one, where each would take longer to start than to run. */
const rules = ['bench', 'client', 'contract', 'ui', 'worker'].map(
  (name) => `tests/${name}/**/*.test.{ts,tsx}`,
);

/** Small files of long tests would by their size come last, and the other workers have nothing left to do. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/tests\/(backup|faults)\/|\/embedded-store\.|\/killed-work\./.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'rules', include: rules, isolate: false } },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: [
            ...configDefaults.exclude,
            ...rules,
            ...longOnly,
            ...withRedis,
            ...(process.env.TEST_MONGODB_URI ? aboutTheStore : []),
          ],
        },
      },
    ],
    globalSetup: ['tests/support/build.ts'],
    setupFiles: ['tests/support/seed.ts'],
    // The same random cases in every run of the suite; others by naming other seeds.
    env: { FC_SEED: process.env.FC_SEED ?? '1', STORE_SEED: process.env.STORE_SEED ?? '1' },
    // A machine that has more to do takes its time; what hangs is found all the same.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    // Servers and stores are real processes and threads. Many tests wait for what takes its seconds, so
    // four files at a time keep two cores busy.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
  },
});
