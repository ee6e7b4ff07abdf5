import type { Language } from './records.ts';

/** What a page tells the service worker. */
export type ToWorker =
  /** The new version may take over: whoever looks at the page has asked for it. */
  | { type: 'take-over' }
  /** What the person reads: for the page without a network, and for notifications. */
  | { type: 'language'; language: Language; locale: string }
  /** What is drawn of this address (a path) has changed: the next start is to show it so. */
  | { type: 'keep'; path: string };

/** What the service worker tells a page. */
export type FromWorker =
  /** Asks for the addresses of the page's scripts, in answer through the message's port. */
  | { type: 'scripts' }
  /** A notification was clicked. */
  | { type: 'open'; conversationId: string };

/** The page without private data that is shown when the server cannot be reached. */
export const offlineShellPath = '/offline-shell';

/** Cache Storage has the last pages of whoever is signed in in a cache of this name and the build's. */
export const pagesCachePrefix = 'gatherly-pages-';

/** Has the <meta> element in the pages of somebody signed in that says whose they are. */
export const accountMeta = 'gatherly-account';

/**
 * One at a time in the worker and in all pages: Chromium strikes from its list what it is just showing while
 * somebody asks for the list, and a press on such a notification does nothing.
 */
export const withNotifications = <T>(
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> => navigator.locks.request(notificationsLock, options, work);

export const notificationsLock = 'gatherly-notifications';
