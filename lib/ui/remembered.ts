import { useSyncExternalStore } from 'react';

// Small choices that this browser keeps for itself. Where storage is refused they last as long as the page.

const changed = 'gatherly:remembered';
const unkept = new Map<string, string>();

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`gatherly.${name}`) ?? unkept.get(name) ?? null;
  } catch {
    return unkept.get(name) ?? null;
  }
}

export function rememberHere(name: string, value: string): void {
  unkept.set(name, value);
  try {
    localStorage.setItem(`gatherly.${name}`, value);
  } catch {
    // Kept as long as the page.
  }
  dispatchEvent(new Event(changed));
}

/** What is remembered by this name; null until there is something, and on the server. */
export const useRemembered = (name: string): string | null =>
  useSyncExternalStore(
    (listener) => {
      addEventListener(changed, listener);
      addEventListener('storage', listener);
      return () => {
        removeEventListener(changed, listener);
        removeEventListener('storage', listener);
      };
    },
    () => recall(name),
    () => null,
  );
