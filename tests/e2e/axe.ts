import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Axe from 'axe-core';
import type { Page } from 'playwright/test';
import { expect } from './people.ts';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Report {
  theme: string;
  found: { id: string; impact: string; nodes: string[] }[];
}

/**
 * What axe calls serious or critical in both themes. What is open on top is looked at alone, because it
 * hides the rest. The second theme has other colours, and is for everything else the same page.
 */
async function scan(): Promise<Report[]> {
  const axe = (window as unknown as { axe: typeof Axe }).axe;
  const root = document.documentElement;
  // Colours in the middle of a fade are not those that are read.
  const settled = () =>
    Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const open = [...document.querySelectorAll(':is([role=dialog], [role=menu])[data-state=open]')];
  const at = open.at(-1) ?? document;
  const before = root.dataset['theme'];
  const reports: Report[] = [];
  for (const theme of ['light', 'dark']) {
    root.dataset['theme'] = theme;
    await settled();
    const { violations } = await axe.run(at, {
      resultTypes: ['violations'],
      preload: false,
      ...(theme === 'dark' && { runOnly: ['color-contrast', 'link-in-text-block'] }),
    });
    const serious = violations.filter(
      ({ impact }) => impact === 'serious' || impact === 'critical',
    );
    reports.push({
      theme,
      found: serious.map(({ id, impact, nodes }) => ({
        id,
        impact: impact ?? '',
        nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
      })),
    });
  }
  if (before) root.dataset['theme'] = before;
  return reports;
}

/** Nothing that axe calls serious or critical is on the page as it is now, and it fits its width. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Everything animated is at its end at once.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // Not as a script of the page, which its policy would refuse.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(source);
  for (const { theme, found } of await page.evaluate(scan))
    expect.soft(found, `${what}, ${theme}`).toEqual([]);
  expect.soft(await page.evaluate(tooWide), `${what}: scrolls sideways`).toEqual([]);
}

/** What scrolls sideways, except code, and what shows no scrollbar because it is meant to. */
function tooWide(): string[] {
  const scrolls = (element: Element) => {
    const { overflowX, scrollbarWidth } = getComputedStyle(element);
    const isMeantTo = element.matches('pre') || scrollbarWidth === 'none';
    return /auto|scroll/.test(overflowX) && !isMeantTo;
  };
  return [document.documentElement, ...document.querySelectorAll('body *')]
    .filter((element) => element === document.documentElement || scrolls(element))
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(({ tagName, className }) => `${tagName} ${className}`);
}
