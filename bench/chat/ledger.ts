/** What one person says in one conversation. Its messages are numbered from 0. */
export interface Stream {
  id: number;
  conversation: string;
  /** People are numbered; so are these. */
  sender: number;
  receivers: number[];
}

/** How far a stream has got: all numbers below `next` must arrive, but for those in `unsure`. */
export interface Sent {
  stream: number;
  next: number;
  /** Refused, or not answered yet. */
  unsure: number[];
}

/** The sender's side of a stream. */
export interface Outbox {
  stream: Stream;
  take(): number;
  confirm(n: number): void;
  refuse(n: number): void;
  sent(): Sent;
  /** How many have not been answered. */
  waiting(): number;
  refused(): number;
}

export function createOutbox(stream: Stream): Outbox {
  const waiting = new Set<number>();
  const refused: number[] = [];
  let next = 0;
  return {
    stream,
    take() {
      waiting.add(next);
      return next++;
    },
    confirm: (n) => void waiting.delete(n),
    refuse(n) {
      waiting.delete(n);
      refused.push(n);
    },
    sent: () => ({ stream: stream.id, next, unsure: [...waiting, ...refused] }),
    waiting: () => waiting.size,
    refused: () => refused.length,
  };
}

export type Arrival = 'new' | 'doubled' | 'unexpected';

/** What one socket receives of the streams that it is to receive. */
export interface Inbox {
  receive(stream: number, n: number, seq: number): Arrival;
  doubled(): number;
  /** Arrived after one that was sent later, or whose seq is higher. */
  reordered(): number;
  /** How many of these should be here, and are not. */
  missing(sent: Sent): number;
}

interface Got {
  /** Everything below is here. */
  next: number;
  highest: number;
  ahead: Set<number>;
  log: { lastSeq: number };
}

export function createInbox(streams: readonly Pick<Stream, 'id' | 'conversation'>[]): Inbox {
  const logs = new Map<string, Got['log']>();
  const gots = new Map<number, Got>();
  for (const { id, conversation } of streams) {
    const log = logs.get(conversation) ?? { lastSeq: 0 };
    logs.set(conversation, log);
    gots.set(id, { next: 0, highest: -1, ahead: new Set(), log });
  }
  let doubled = 0;
  let reordered = 0;
  return {
    receive(stream, n, seq) {
      const got = gots.get(stream);
      if (!got) return 'unexpected';
      if (n < got.next || got.ahead.has(n)) {
        doubled++;
        return 'doubled';
      }
      if (n < got.highest || seq <= got.log.lastSeq) reordered++;
      got.highest = Math.max(got.highest, n);
      got.log.lastSeq = Math.max(got.log.lastSeq, seq);
      if (n === got.next) {
        got.next++;
        while (got.ahead.delete(got.next)) got.next++;
      } else {
        got.ahead.add(n);
      }
      return 'new';
    },
    doubled: () => doubled,
    reordered: () => reordered,
    missing({ stream, next, unsure }) {
      const got = gots.get(stream);
      if (!got) return 0;
      const excused = new Set(unsure);
      let missing = 0;
      for (let n = got.next; n < next; n++) if (!got.ahead.has(n) && !excused.has(n)) missing++;
      return missing;
    },
  };
}

/** What must not happen, counted. */
export interface Faults {
  lost: number;
  doubled: number;
  reordered: number;
  /** Sent, and neither confirmed nor refused. */
  unanswered: number;
  /** Connections that ended without being told to. */
  dropped: number;
  /** Refused; no fault of order, but nothing is to be refused in these runs. */
  refused: number;
}

export const noFaults: Faults = {
  lost: 0,
  doubled: 0,
  reordered: 0,
  unanswered: 0,
  dropped: 0,
  refused: 0,
};

export function sumOf(all: readonly Faults[]): Faults {
  const sum = { ...noFaults };
  for (const faults of all) {
    for (const name of Object.keys(sum) as (keyof Faults)[]) sum[name] += faults[name];
  }
  return sum;
}

/** Whether the run has to fail. */
export const isFaulty = ({ lost, doubled, reordered, unanswered, dropped }: Faults): boolean =>
  lost + doubled + reordered + unanswered + dropped > 0;
