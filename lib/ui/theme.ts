/** How Gatherly looks on this device: kept in this browser only, and applied before the first paint. */

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Percent of the browser's own text size. */
export const textSizes = [87.5, 100, 112.5, 125, 137.5] as const;

const themeKey = 'gatherly.theme';
const textSizeKey = 'gatherly.text-size';
const changed = 'gatherly:appearance';

/**
 * Runs inside <head> before anything is painted, so it stands alone: it knows no import. The colour
 * of the browser's own bars follows the tokens, which are there once the style sheet is.
 */
function applyAppearance(themeName: string, sizeName: string, changedName: string) {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const phone = matchMedia('(width < 720px)');
  const saved = (name: string) => {
    try {
      return localStorage.getItem(name);
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
    const theme = saved(themeName);
    root.dataset.theme = theme === 'dark' || (theme !== 'light' && dark.matches) ? 'dark' : 'light';
    const size = Number(saved(sizeName));
    root.style.fontSize = size >= 50 && size <= 200 && size !== 100 ? size + '%' : '';
    if (document.readyState !== 'loading') paintBars();
  };
  apply();
  document.addEventListener('DOMContentLoaded', paintBars);
  phone.addEventListener('change', paintBars);
  dark.addEventListener('change', apply);
  addEventListener('storage', apply);
  addEventListener(changedName, apply);
}

const names = [themeKey, textSizeKey, changed] as const;

export const appearanceScript = `(${applyAppearance.toString()})(${names
  .map((name) => JSON.stringify(name))
  .join()})`;

/** The same, where the page was not the server's and the script has therefore not run. */
export function ensureAppearance(): void {
  if (!document.documentElement.dataset.theme) applyAppearance(...names);
}

const isTheme = (value: string | null): value is Theme => themes.some((theme) => theme === value);

export function savedTheme(): Theme {
  const saved = localStorage.getItem(themeKey);
  return isTheme(saved) ? saved : 'system';
}

export const savedTextSize = (): number => Number(localStorage.getItem(textSizeKey)) || 100;

function save(key: string, value: string): void {
  localStorage.setItem(key, value);
  dispatchEvent(new Event(changed));
}

export const saveTheme = (theme: Theme): void => save(themeKey, theme);
export const saveTextSize = (percent: number): void => save(textSizeKey, String(percent));

/** For useSyncExternalStore. */
export function onAppearanceChange(listener: () => void): () => void {
  addEventListener(changed, listener);
  addEventListener('storage', listener);
  return () => {
    removeEventListener(changed, listener);
    removeEventListener('storage', listener);
  };
}
