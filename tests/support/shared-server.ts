import { afterAll, test } from 'vitest';
import { requireQuiet, startServer, type TestServer } from './server.ts';

/** What a guest needs of a server; its log and its end are not theirs alone. */
type SharedServer = Pick<TestServer, 'url' | 'dataDir' | 'databaseUri'>;

const once = test.extend<{ $worker: { running: TestServer } }>({
  running: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
});

/**
 * A server as by default, there before the file's other hooks. Files that share a process (vitest.config.ts)
 * have it one after another: each brings people of its own, and ends nothing but them. An error that it
 * logs fails the file that had it then.
 */
export function sharedServer(): SharedServer {
  const shared = {} as SharedServer;
  let since: () => string = () => '';
  once.beforeAll(({ running }) => {
    const { url, dataDir, databaseUri, log } = running;
    Object.assign(shared, { url, dataDir, databaseUri });
    const begin = log().length;
    since = () => log().slice(begin);
  });
  afterAll(() => requireQuiet(since()));
  return shared;
}
