import { EventEmitter } from 'node:events';
import type { ServerEvent, ServerEventData, SessionEndReason } from './contract/events.ts';
import { remember } from './runtime.ts';

/** Socket.io rooms: a person's devices, one sign-in's sockets, a conversation's members, watchers. */
export const rooms = {
  user: (id: string) => `user:${id}`,
  session: (id: string) => `session:${id}`,
  conversation: (id: string) => `conversation:${id}`,
  presence: (id: string) => `presence:${id}`,
  /** Of watchers who may see that somebody is here, but not when they were. */
  onlinePresence: (id: string) => `presence-online:${id}`,
};

/** What use cases tell the world. They publish after the write; the socket host carries it out. */
export type Publication =
  | EventPublication
  | { type: 'join' | 'leave'; userIds: string[]; conversationId: string }
  /** Who may see the presence of these people, or whose they may see, is to be looked up anew. */
  | { type: 'sight'; userIds: string[] }
  | { type: 'end-sessions'; sessionIds: string[]; reason: SessionEndReason };

type EventPublication = {
  [E in ServerEvent]: {
    type: 'event';
    rooms: string[];
    /** Sockets in these rooms do not get it. */
    except?: string[];
    /** A hint that may be dropped for a slow reader. */
    volatile?: boolean;
    event: E;
    data: ServerEventData<E>;
  };
}[ServerEvent];

type Listener = (publication: Publication) => void;
const bus = () => remember('bus', () => new EventEmitter());

/** Says it to whoever carries publications to sockets; in the order of the calls. */
export function publish(publication: Publication): void {
  bus().emit('publication', publication);
}

/** Hears every publication of this process, whichever copy of lib/ said it. Returns how to stop. */
export function onPublication(listener: Listener): () => void {
  bus().on('publication', listener);
  return () => bus().off('publication', listener);
}
