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

const excluded = [
  ...configDefaults.exclude,
  ...longOnly,
  ...withRedis,
  ...(process.env.TEST_MONGODB_URI ? aboutTheStore : []),
];

/** Small files that leave nothing behind in a process: they share one, where each would take longer to start than to run. */
const rules = [
  'tests/{bench,client,contract,ui,worker}/**/*.test.{ts,tsx}',
  'tests/store/{elements,expression,match,regex-bounds,update,values}.test.ts',
  'tests/transport/{gathering,lanes,look-ups,patience,recent-reads,turns,windows}.test.ts',
];

/** What runs parts of the server in the test's own process, where settings and connections stay behind. */
const inside = [
  'tests/auth/**/*.test.ts',
  'tests/authorisation/listed.test.ts',
  'tests/push/{addresses,payload,queue}.test.ts',
  'tests/store/{message-times,mongoose,refusals}.test.ts',
  'tests/transport/{addresses,list-order,packets-at-once,socket-sweep,stopping}.test.ts',
];

/** Small files of long tests would by their size come last, and the other workers have nothing left to do. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/tests\/(backup|faults)\/|\/embedded-store\.|\/killed-work\./.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** What holds of other runs too (vitest.faults.config.ts, vitest.nodes.config.ts). */
export const everyRun = {
  globalSetup: ['tests/support/build.ts'],
  setupFiles: ['tests/support/seed.ts'],
  // The same random cases in every run; others by naming other seeds.
  env: {
    FC_SEED: process.env.FC_SEED ?? '1',
    STORE_SEED: process.env.STORE_SEED ?? '1',
    // Compiled once, not at each of many starts (lib/embedded-mongo/worker-from-source.mjs).
    STORE_WORKER: new URL('dist/embedded-mongo-worker.mjs', import.meta.url).href,
  },
  // A machine that has more to do takes its time; what hangs is found all the same.
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 15_000 } },
};

export default defineConfig({
  test: {
    ...everyRun,
    exclude: excluded,
    projects: [
      { extends: true, test: { name: 'rules', include: rules, isolate: false } },
      {
        extends: true,
        test: { name: 'inside', include: inside, exclude: rules },
      },
      {
        // These talk to processes and stores of their own; many share a server (support/shared-server.ts).
        extends: true,
        test: {
          name: 'servers',
          include: ['tests/**/*.test.ts'],
          exclude: [...rules, ...inside],
          isolate: false,
        },
      },
    ],
    // Servers and stores are real processes and threads. Many tests wait for what takes its seconds, so
    // four files at a time keep two cores busy.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
  },
});
