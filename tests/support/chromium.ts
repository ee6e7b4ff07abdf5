import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
];
const installed = () =>
  [chromium.executablePath(), ...places].find((file) => file && existsSync(file));

/**
 * A Chromium to test with: the system's, else one that Playwright downloads, else, as root on
 * Debian, one from its packages.
 * @throws when none can be had; the tests then fail.
 */
export function requireChromium(): string {
  const found = installed() ?? (download() || fromPackages() ? installed() : undefined);
  if (found) return found;
  throw new Error(
    'No Chromium: install one, or let `npx playwright install chromium` reach the network.',
  );
}

export const chromiumArguments = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function download(): boolean {
  const cli = path.join(
    path.dirname(createRequire(import.meta.url).resolve('playwright/package.json')),
    'cli.js',
  );
  return succeeds(process.execPath, [cli, 'install', 'chromium'], 180_000);
}

function fromPackages(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  return (
    succeeds('apt-get', ['update'], 300_000) &&
    succeeds(
      'apt-get',
      ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-core'],
      600_000,
    )
  );
}

function succeeds(command: string, parameters: string[], timeout: number): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, parameters, { stdio: 'inherit', timeout, env }).status === 0;
}
