import { changed, prefix, rememberHere, useRemembered } from './remembered.ts';

/** How Gatherly looks on this device: kept in this browser only, and applied before the first paint. */

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Percent of the browser's own text size. */
export const textSizes = [87.5, 100, 112.5, 125, 137.5] as const;

/** A phone, as the variant `phone:` of app/globals.css. */
export const phoneQuery = '(width < 720px)';
/** Room for the details beside a conversation, as its variant `wide:`. */
export const wideQuery = '(width >= 1280px)';

/**
 * Runs inside <head> before anything is painted, so it stands alone: it knows no import. The colour
 * of the browser's own bars follows the tokens, which are there once the style sheet is.
 */
function applyAppearance(before: string, changedName: string, phoneWidth: string) {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const still = matchMedia('(prefers-reduced-motion)');
  const phone = matchMedia(phoneWidth);
  const saved = (name: string) => {
    try {
      return localStorage.getItem(before + name);
    } catch {
      return null;
    }
  };
  const paintBars = () => {
    const colour = getComputedStyle(root).getPropertyValue(
      phone.matches ? '--c-surface' : '--c-app',
    );
    let meta = document.querySelector<HTMLMetaElement>('meta[name="theme-color"]');
    if (!meta) {
      meta = document.createElement('meta');
      meta.name = 'theme-color';
      document.head.append(meta);
    }
    meta.content = colour.trim();
  };
  const apply = () => {
    const theme = saved('theme');
    root.dataset.theme = theme === 'dark' || (theme !== 'light' && dark.matches) ? 'dark' : 'light';
    root.dataset.motion = still.matches ? 'reduced' : (saved('motion') ?? 'system');
    const size = Number(saved('text-size'));
    root.style.fontSize = size >= 50 && size <= 200 && size !== 100 ? size + '%' : '';
    if (document.readyState !== 'loading') paintBars();
  };
  apply();
  document.addEventListener('DOMContentLoaded', paintBars);
  phone.addEventListener('change', paintBars);
  dark.addEventListener('change', apply);
  still.addEventListener('change', apply);
  addEventListener('storage', apply);
  addEventListener(changedName, apply);
}

export const appearanceScript = `(${applyAppearance.toString()})('${prefix}','${changed}','${phoneQuery}')`;

/** The same, where the page was not the server's and the script has therefore not run. */
export function ensureAppearance(): void {
  if (!document.documentElement.dataset.theme) applyAppearance(prefix, changed, phoneQuery);
}

export function useTheme(): Theme {
  const saved = useRemembered('theme');
  return themes.find((theme) => theme === saved) ?? 'system';
}

export const useTextSize = (): number => Number(useRemembered('text-size')) || 100;

/** Whether nothing is to move here, whatever the system says. */
export const useReducedMotion = (): boolean => useRemembered('motion') === 'reduced';

/** Whether nothing moves, by this device's setting or the system's. */
export const isStill = (): boolean => document.documentElement.dataset.motion === 'reduced';

export const saveTheme = (theme: Theme): void => rememberHere('theme', theme);
export const saveTextSize = (percent: number): void => rememberHere('text-size', String(percent));
export const saveReducedMotion = (isReduced: boolean): void =>
  rememberHere('motion', isReduced ? 'reduced' : 'system');
