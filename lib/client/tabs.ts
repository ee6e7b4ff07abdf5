import type { SessionEndReason } from '#lib/contract/events.ts';
import type { Message } from '#lib/contract/records.ts';
import type { PendingMessage } from './types.ts';

/** What one tab tells the others of the same account. */
export type TabNews =
  | { type: 'unsent'; entry: PendingMessage }
  | { type: 'sent'; message: Message }
  | { type: 'discarded'; conversationId: string; clientId: string }
  | { type: 'ended'; reason: SessionEndReason };

export interface Tabs {
  start(onNews: (news: TabNews) => void): void;
  tell(news: TabNews): void;
  /**
   * Asks to be the tab that sends, and is until the returned function is called. Where the browser
   * cannot arbitrate (no Web Locks without https) every tab is: the server stores each `clientId` once.
   */
  takeTurn(onTurn: () => void): () => void;
  stop(): void;
}

export function createTabs(accountId: string): Tabs {
  const name = `gatherly-${accountId}`;
  let channel: BroadcastChannel | null = null;

  return {
    start(onNews) {
      if (typeof BroadcastChannel === 'undefined') return;
      channel = new BroadcastChannel(name);
      channel.addEventListener('message', ({ data }: MessageEvent<TabNews>) => onNews(data));
    },
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A channel has no target.
    tell: (news) => channel?.postMessage(news),
    takeTurn(onTurn) {
      const locks = navigator.locks as LockManager | undefined;
      if (!locks) {
        onTurn();
        return () => undefined;
      }
      const asking = new AbortController();
      let release = () => {};
      const hold = () => {
        if (asking.signal.aborted) return;
        onTurn();
        return new Promise<void>((resolve) => (release = resolve));
      };
      locks.request(`${name}-outbox`, { signal: asking.signal }, hold).catch(() => {
        // Either no longer wanted, or a browser that keeps nothing: then no other tab knows of it.
        if (!asking.signal.aborted) onTurn();
      });
      return () => {
        asking.abort();
        release();
      };
    },
    stop() {
      channel?.close();
      channel = null;
    },
  };
}
