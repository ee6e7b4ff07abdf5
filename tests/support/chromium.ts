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

// What nobody sees takes more of the processor than a page of ours: the browser loads a page of its own for
// what drops down from the address bar of each window, and keeps a process ready for the next page.
const unseen = ['WebUIOmniboxAimPopup', 'WebUIOmniboxPopup', 'SpareRendererForSitePerProcess'];
// Of several switches of this name the last one counts: what Playwright does without stands here too.
const withoutInPlaywright = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

export const chromiumArguments = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[...unseen, ...withoutInPlaywright].join(',')}`,
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
