import { EventEmitter } from 'node:events';
import type { ServerEvent, ServerEventData, SessionEndReason } from './contract/events.ts';
import { carriedOutByAll } from './nodes/node.ts';
import { allTold, tellOthers } from './nodes/outlet.ts';
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

/**
 * What use cases tell the world. They publish after the write; the socket host of every process carries
 * it out.
 */
export type Publication =
  | EventPublication
  /** Messages before `fromSeq` that are still on their way from another process are not for them. */
  | { type: 'join'; userIds: string[]; conversationId: string; fromSeq: number }
  | { type: 'leave'; userIds: string[]; conversationId: string }
  /** A device has been told of this message: no other process need do it. */
  | { type: 'notified'; conversationId: string; sessionId: string; seq: number }
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
    /** For the sockets of this process: the others find it out by themselves. */
    isLocal?: boolean;
    event: E;
    data: ServerEventData<E>;
  };
}[ServerEvent];

/** `from` names the process that said it; null is this one. */
type Listener = (publication: Publication, from: string | null) => void;
/** Whoever looks something up may listen meanwhile, so there is no telling how many do. */
const bus = () => remember('bus', () => new EventEmitter().setMaxListeners(0));

/** Says it to whoever carries publications to sockets, here and elsewhere; in the order of the calls. */
export function publish(publication: Publication): void {
  bus().emit('publication', publication, null);
  const isLocal = publication.type === 'event' && publication.isLocal;
  if (!isLocal) tellOthers({ publication });
}

/**
 * Publishes, and resolves when every process has carried it out: nothing that is published afterwards
 * comes before it, anywhere. Those that cannot be reached are waited for a second at most.
 */
export async function publishFirst(publication: Publication): Promise<void> {
  publish(publication);
  await carriedOutByAll();
}

/** Resolves when what was published here is on its way to the other processes, or cannot be: after seconds. */
export const published = (): Promise<void> => allTold();

/** Says here what another process has said. */
export const relay = (publication: Publication, from: string): void =>
  void bus().emit('publication', publication, from);

/** Hears every publication, whichever copy of lib/, or process, said it. Returns how to stop. */
export function onPublication(listener: Listener): () => void {
  bus().on('publication', listener);
  return () => bus().off('publication', listener);
}
