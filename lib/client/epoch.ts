/**
 * The server's history has a name, its epoch. After a backup was restored it has another one, and
 * what this browser kept, numbers included, may be of messages that no longer are.
 */

const keyOf = (accountId: string) => `gatherly:epoch:${accountId}`;

export function readEpoch(accountId: string): string | null {
  try {
    return window.localStorage.getItem(keyOf(accountId));
  } catch {
    return null;
  }
}

export function writeEpoch(accountId: string, epoch: string): void {
  forgetEpoch(accountId);
  try {
    window.localStorage.setItem(keyOf(accountId), epoch);
  } catch {
    // Refused or full: none is better than an old one, with which each page would start anew.
  }
}

export function forgetEpoch(accountId: string): void {
  try {
    window.localStorage.removeItem(keyOf(accountId));
  } catch {
    // Nothing is kept there then.
  }
}
