import { inPool, type Person } from '../api.ts';
import { nowUs } from '../clock.ts';
import { connect, type Connection } from '../connection.ts';
import { createHistogram, type Counts } from '../histogram.ts';
import { createInbox, type Inbox, type Stream } from '../ledger.ts';
import { conversationIn, readMessage, sinceUs } from './message.ts';
import { createReceipts } from './receipts.ts';
import type { Recording } from './recording.ts';

/** Somebody whom a worker is to be. */
export interface Role {
  /** By which streams name them. */
  number: number;
  person: Person;
  /** Where they connect, if not where the others do. */
  url?: string;
  /** What they are to receive. */
  receives: Pick<Stream, 'id' | 'conversation'>[];
  /** Whose presence they watch. */
  watches: string[];
}

export interface Habits {
  /** Which receipts they send, and at most how often (ms) of one conversation. */
  receipts: ('delivered' | 'read')[];
  receiptsEveryMs: number;
}

/** The people of one worker. */
export interface People {
  /** Connects them, so many at a time; how long each took. */
  connect(roles: readonly Role[], atOnce: number): Promise<Counts>;
  connectionOf(number: number): Connection;
  inboxes(): Inbox[];
  dropped(): number;
  /** Each goes and comes back for as long as the others are here. */
  visit(numbers: readonly number[]): void;
  close(): void;
}

export function createPeople(url: string, habits: Habits, recording: Recording): People {
  const connections = new Map<number, Connection>();
  const roles = new Map<number, Role>();
  const inboxes = new Map<number, Inbox>();
  let dropped = 0;
  let isClosed = false;

  async function bring(role: Role): Promise<void> {
    const inbox = inboxes.get(role.number) ?? createInbox(role.receives);
    inboxes.set(role.number, inbox);
    roles.set(role.number, role);
    const marks: ReturnType<typeof createReceipts>[] = [];
    const connection = await connect(role.url ?? url, role.person.token, {
      onMessage(packet) {
        const { stream, n, dueUs, seq } = readMessage(packet);
        if (inbox.receive(stream, n, seq) !== 'new') return;
        recording.delivered(sinceUs(dueUs));
        for (const mark of marks) mark(conversationIn(packet), seq);
      },
      onEvent: recording.event,
      onDropped: () => void (dropped += isClosed ? 0 : 1),
    });
    connections.set(role.number, connection);
    for (const receipt of habits.receipts) {
      marks.push(createReceipts(connection, `receipt:${receipt}`, habits.receiptsEveryMs));
    }
    if (role.watches.length > 0) await connection.call('presence:watch', { userIds: role.watches });
  }

  async function comeAndGo(role: Role): Promise<void> {
    for (;;) {
      await pause(2000 + 2000 * Math.random());
      if (isClosed) return;
      connections.get(role.number)?.close();
      await pause(500 + 1500 * Math.random());
      if (isClosed) return;
      await bring(role);
    }
  }

  return {
    async connect(some, atOnce) {
      const times = createHistogram();
      await inPool(some, atOnce, async (role) => {
        const start = nowUs();
        await bring(role);
        times.record(sinceUs(start));
      });
      return times.counts();
    },
    connectionOf: (number) => connections.get(number)!,
    inboxes: () => [...inboxes.values()],
    dropped: () => dropped,
    visit(numbers) {
      for (const number of numbers) {
        // Somebody who cannot come back is as bad as somebody who was dropped.
        comeAndGo(roles.get(number)!).catch(() => dropped++);
      }
    },
    close() {
      isClosed = true;
      for (const connection of connections.values()) connection.close();
    },
  };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, ms).unref());
