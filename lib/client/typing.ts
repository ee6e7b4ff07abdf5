import type { ServerEventData } from '#lib/contract/events.ts';
import type { Dispatch } from './chat-events.ts';
import type { Command } from './socket.ts';
import type { ChatState } from './types.ts';

export interface Typing {
  /** The composer's text has changed. */
  input(id: string, text: string): void;
  /** Sent, switched to another conversation, or out of sight. */
  end(): void;
  receive(sign: ServerEventData<'typing'>): void;
  /** Without a connection nobody knows who types. */
  forget(): void;
  stop(): void;
}

const repeatMs = 3000;
const idleMs = 3000;
const forgetMs = 6000;

export function createTyping({
  get,
  dispatch,
  command,
}: {
  get: () => ChatState;
  dispatch: Dispatch;
  command: Command;
}): Typing {
  let mine: { id: string; toldAt: number } | null = null;
  let idle: ReturnType<typeof setTimeout> | undefined;
  let expiry: ReturnType<typeof setTimeout> | undefined;

  const tell = (conversationId: string, typing: boolean) => {
    // A sign that is lost is not worth a second one.
    command('setTyping', { conversationId, typing }).catch(() => undefined);
  };

  const end = () => {
    clearTimeout(idle);
    if (mine) tell(mine.id, false);
    mine = null;
  };

  const expire = () => {
    expiry = undefined;
    dispatch({ type: 'typing:expired', now: performance.now() });
    expireLater();
  };

  const expireLater = () => {
    clearTimeout(expiry);
    const all = Object.values(get().typing).flatMap((typers) => Object.values(typers));
    if (all.length === 0) return;
    expiry = setTimeout(expire, Math.max(0, Math.min(...all) - performance.now()));
  };

  return {
    input(id, text) {
      if (text.trim() === '') return end();
      if (mine && mine.id !== id) end();
      const now = performance.now();
      if (!mine || now - mine.toldAt >= repeatMs) {
        tell(id, true);
        mine = { id, toldAt: now };
      }
      clearTimeout(idle);
      idle = setTimeout(end, idleMs);
    },
    end,
    receive(data) {
      dispatch({ type: 'typing', data, expiresAt: performance.now() + forgetMs });
      expireLater();
    },
    forget() {
      dispatch({ type: 'typing:expired', now: Infinity });
    },
    stop() {
      end();
      clearTimeout(expiry);
    },
  };
}
