import { configureNextAuth } from '#lib/auth/configure.ts';
import { log } from '#lib/log.ts';
import { loadRedis } from '#lib/nodes/redis.ts';
import { actAs, isPageHost, settingsFault } from '#lib/page-host.ts';

/** Prepares a process in which Next runs alone; nothing where server.ts has done that. */
export async function startPageHost(): Promise<void> {
  actAs('page-host');
  if (!isPageHost()) return;
  const fault = settingsFault();
  if (fault !== null) {
    process.stderr.write(`Gatherly cannot serve its pages: ${fault}\n`);
    return;
  }
  configureNextAuth();
  await loadRedis();
}

/** Writes what a page of a page host threw; there, pages have no line of their own in the log. */
export function logPageFailure(
  error: unknown,
  { method, path }: { method: string; path: string },
): void {
  if (!isPageHost() || settingsFault() !== null) return;
  log().error({ err: error, method, path: path.split('?', 1)[0] }, 'a page failed');
}
