import { keysFrom, withStorage } from './local-storage.ts';

/**
 * Unsent text, kept in this browser under a key for each conversation, so that two tabs do not
 * overwrite each other's. Storage may be refused (private mode) or full: then it lasts as long as the page.
 */

const prefixOf = (accountId: string) => `gatherly:draft:${accountId}:`;

export function readDrafts(accountId: string): Record<string, string> {
  const prefix = prefixOf(accountId);
  const drafts: Record<string, string> = {};
  withStorage((storage) => {
    for (const key of keysFrom(storage, prefix))
      drafts[key.slice(prefix.length)] = storage.getItem(key) ?? '';
  });
  return drafts;
}

/** Calls the listener with what another tab keeps or drops; returns how to stop. */
export function onDraftElsewhere(
  accountId: string,
  listener: (conversationId: string, text: string) => void,
): () => void {
  const prefix = prefixOf(accountId);
  const hear = ({ key, newValue }: StorageEvent) => {
    if (key?.startsWith(prefix)) listener(key.slice(prefix.length), newValue ?? '');
  };
  window.addEventListener('storage', hear);
  return () => window.removeEventListener('storage', hear);
}

export function writeDraft(accountId: string, conversationId: string, text: string): void {
  const key = prefixOf(accountId) + conversationId;
  withStorage((storage) => {
    if (text === '') storage.removeItem(key);
    else storage.setItem(key, text);
  });
}

export function forgetDrafts(accountId: string): void {
  withStorage((storage) => {
    for (const key of keysFrom(storage, prefixOf(accountId))) storage.removeItem(key);
  });
}
