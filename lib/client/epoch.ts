import { withStorage } from './local-storage.ts';

/**
 * The server's history has a name, its epoch. After a backup was restored it has another one, and
 * what this browser kept, numbers included, may be of messages that no longer are.
 */

const keyOf = (accountId: string) => `gatherly:epoch:${accountId}`;

export const readEpoch = (accountId: string): string | null =>
  withStorage((storage) => storage.getItem(keyOf(accountId))) ?? null;

export function writeEpoch(accountId: string, epoch: string): void {
  // Where it cannot be kept none is better than an old one, with which each page would start anew.
  forgetEpoch(accountId);
  withStorage((storage) => storage.setItem(keyOf(accountId), epoch));
}

export function forgetEpoch(accountId: string): void {
  withStorage((storage) => storage.removeItem(keyOf(accountId)));
}
