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
   * Asks to be the tab that sends, and is until it ends its turn or another takes it away. Where the
   * browser cannot arbitrate (no Web Locks without https) every tab is: the server stores each
   * `clientId` once.
   */
  takeTurn(on: { turn(): void; lost(): void }): Turn;
  stop(): void;
}

export interface Turn {
  /** Takes it away from a tab that does nothing with it: browsers freeze tabs that nobody looks at. */
  insist(): void;
  end(): void;
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
    takeTurn(on) {
      const locks = navigator.locks as LockManager | undefined;
      // Nor can a tab send for others that it does not hear.
      if (!locks || typeof BroadcastChannel === 'undefined') {
        on.turn();
        return { insist() {}, end() {} };
      }
      let asking = new AbortController();
      let release = () => {};
      const ask = (options: LockOptions) => {
        const { signal } = asking;
        let isHeld = false;
        const hold = () => {
          if (signal.aborted) return;
          isHeld = true;
          on.turn();
          return new Promise<void>((resolve) => (release = resolve));
        };
        locks.request(`${name}-outbox`, options, hold).catch(() => {
          if (signal.aborted) return;
          if (isHeld) on.lost();
          // A browser that keeps nothing: then no other tab knows of what is to be sent.
          else on.turn();
        });
      };
      ask({ signal: asking.signal });
      return {
        insist() {
          asking.abort();
          asking = new AbortController();
          ask({ steal: true });
        },
        end() {
          asking.abort();
          release();
        },
      };
    },
    stop() {
      channel?.close();
      channel = null;
    },
  };
}
