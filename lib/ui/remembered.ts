import { useSyncExternalStore } from 'react';

// Small choices that this browser keeps for itself. Where storage is refused they last as long as the page.

/** Before each name, in the browser's storage. */
export const prefix = 'gatherly.';
/** The event of a change in this page. */
export const changed = 'gatherly:remembered';
const unkept = new Map<string, string>();

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name) ?? unkept.get(name) ?? null;
  } catch {
    return unkept.get(name) ?? null;
  }
}

export function rememberHere(name: string, value: string): void {
  unkept.set(name, value);
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // Kept as long as the page.
  }
  dispatchEvent(new Event(changed));
}

/** For useSyncExternalStore: calls the listener at each change, in this tab or another. */
export function onRemembered(listener: () => void): () => void {
  addEventListener(changed, listener);
  addEventListener('storage', listener);
  return () => {
    removeEventListener(changed, listener);
    removeEventListener('storage', listener);
  };
}

/** What is remembered by this name; null until there is something, and on the server. */
export const useRemembered = (name: string): string | null =>
  useSyncExternalStore(
    onRemembered,
    () => recall(name),
    () => null,
  );
