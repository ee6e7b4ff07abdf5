import { keysFrom, withStorage } from './local-storage.ts';

/**
 * Beside the outbox in IndexedDB, a mark in localStorage for each message in it. Of a message whose
 * mark is there and which is not, the person has to be told. The texts are only in the outbox.
 */

const prefixOf = (accountId: string) => `gatherly:unsent:${accountId}:`;

export function createUnsentMarks(accountId: string) {
  const prefix = prefixOf(accountId);
  // Where storage is refused nobody can tell what has got lost.
  const all = (): string[] => withStorage((storage) => keysFrom(storage, prefix)) ?? [];
  return {
    add: (clientId: string) => withStorage((storage) => storage.setItem(prefix + clientId, '1')),
    remove: (clientId: string) => withStorage((storage) => storage.removeItem(prefix + clientId)),
    read: () => new Set(all().map((key) => key.slice(prefix.length))),
    clear() {
      for (const key of all()) withStorage((storage) => storage.removeItem(key));
    },
  };
}
