import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { env, SettingError } from '#lib/env.ts';
import { remember } from '#lib/runtime.ts';

/** What tokens are made with: SESSION_SECRET, or the one kept in DATA_DIR. */
export const sessionSecret = (): string =>
  env().SESSION_SECRET ?? remember('session-secret', () => keptSecret(env().DATA_DIR));

/**
 * The secret in `directory`/session-secret; made there if there is none. Processes that race get
 * the same one.
 */
export function keptSecret(directory: string): string {
  const file = path.join(directory, 'session-secret');
  if (!fs.existsSync(file)) create(directory, file);
  if (fs.statSync(file).mode & 0o077) fs.chmodSync(file, 0o600);
  const secret = fs.readFileSync(file, 'utf8').trim();
  if (secret.length >= 16) return secret;
  throw new SettingError(`SESSION_SECRET: ${file} is damaged; remove it, or set the variable`);
}

function create(directory: string, file: string): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  fs.writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
  try {
    // A link appears whole or not at all, and never in place of another: the first process wins.
    fs.linkSync(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Some network and removable disks know no links; nobody races on those.
    if (code === 'EPERM' || code === 'ENOTSUP') fs.renameSync(draft, file);
    else if (code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}
