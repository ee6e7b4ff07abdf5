import { missingOnPageHost } from './build/page-host.mjs';
import { env, SettingError } from './env.ts';
import { remember } from './runtime.ts';

// Two ways to run: server.ts, with everything; or pages and REST alone, as platforms for functions run
// `next build`, with the sockets at a server.ts elsewhere. Such a process has no disk, lives shortly, and may
// be stopped as soon as it has answered.

type Role = 'page-host' | 'server';

const role = () => remember('role', (): { is: Role | null } => ({ is: null }));

/** Says what this process is. The first to say it is right: server.ts comes before Next. */
export function actAs(is: Role): void {
  role().is ??= is;
}

/** Whether there is no server.ts in this process, only Next. */
export const isPageHost = (): boolean => role().is === 'page-host';

/** Why a page host cannot work with its settings, in one line that names them; null when it can. */
export function settingsFault(): string | null {
  try {
    return missingOnPageHost({ ...env() });
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
}
