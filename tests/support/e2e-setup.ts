import { setup as buildIfStale } from './build.ts';
import { requireChromium } from './chromium.ts';

export default async function setup(): Promise<void> {
  requireChromium();
  await buildIfStale();
}
