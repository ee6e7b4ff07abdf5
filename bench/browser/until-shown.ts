import type { Page } from 'playwright';
import { marks } from './work.ts';

interface Noted {
  shown: Promise<number>;
}

/**
 * Waits for what a press leads to. Call it before the press; the promise that it returns has a function
 * for after it, which resolves with the milliseconds from the press until what was waited for is painted.
 * @param selector of what is there then and not yet
 */
export async function untilShown(page: Page, selector: string): Promise<() => Promise<number>> {
  await page.evaluate(
    ({ selector, marks }) => {
      (window as unknown as Noted).shown = new Promise((resolve) => {
        const pressed = (event: Event) => {
          performance.mark(marks.pressed);
          const look = () => {
            if (!document.querySelector(selector)) return requestAnimationFrame(look);
            // Painted by then.
            return setTimeout(() => {
              performance.mark(marks.painted);
              resolve(performance.now() - event.timeStamp);
            });
          };
          requestAnimationFrame(look);
        };
        const once = { once: true, capture: true };
        for (const type of ['pointerdown', 'keydown'] as const)
          window.addEventListener(type, pressed, once);
      });
    },
    { selector, marks },
  );
  return () => page.evaluate(() => (window as unknown as Noted).shown);
}
