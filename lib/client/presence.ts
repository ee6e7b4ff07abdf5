import { limits } from '#lib/contract/limits.ts';
import type { Dispatch } from './chat-events.ts';
import type { Command } from './socket.ts';

export interface PresenceWatch {
  /** Keeps these people's presence up to date until the returned function is called. */
  watch(userIds: readonly string[]): () => void;
  /** Tells the server anew: a new connection watches nobody. */
  resume(): void;
  stop(): void;
}

const gatherMs = 100;

/** Everybody who is on screen, whichever component shows them, in one list. */
export function createPresenceWatch({
  dispatch,
  command,
}: {
  dispatch: Dispatch;
  command: Command;
}): PresenceWatch {
  const watchers = new Map<string, number>();
  let told = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = async () => {
    // The latest to come on screen are the likeliest to be looked at.
    const userIds = [...watchers.keys()].slice(-limits.watchedUsers).sort();
    const wanted = userIds.join(' ');
    if (wanted === told) return;
    told = wanted;
    try {
      const { presences } = await command('watchPresence', { userIds });
      dispatch({ type: 'presence', presences });
    } catch {
      // A hint: it is told anew after the next `ready`, or with the next change.
      if (told === wanted) told = '?';
    }
  };

  const tellSoon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void tell();
    }, gatherMs);
  };

  return {
    watch(userIds) {
      const mine = [...new Set(userIds)];
      for (const id of mine) {
        const count = watchers.get(id) ?? 0;
        watchers.delete(id);
        watchers.set(id, count + 1);
      }
      tellSoon();
      let isWatching = true;
      return () => {
        if (!isWatching) return;
        isWatching = false;
        for (const id of mine) {
          const count = watchers.get(id) ?? 0;
          if (count > 1) watchers.set(id, count - 1);
          else watchers.delete(id);
        }
        tellSoon();
      };
    },
    resume() {
      told = '';
      void tell();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
