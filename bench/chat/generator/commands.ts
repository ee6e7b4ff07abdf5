import { createOutbox, noFaults, type Faults, type Sent, type Stream } from '../ledger.ts';
import type { Counts } from '../histogram.ts';
import { startLoad, type Pattern, type Style } from './load.ts';
import { createPeople, type Habits, type Role } from './people.ts';
import { createRecording, type Recorded } from './recording.ts';

/** What a worker can be told, and what it answers. */
export interface Commands {
  connect(input: {
    url: string;
    roles: Role[];
    streams: Stream[];
    habits: Habits;
    atOnce: number;
  }): Promise<Counts>;
  /** Of these streams only. */
  load(input: { streams: number[]; pattern: Pattern; style: Style }): void;
  halt(input: object): void;
  visit(input: { numbers: number[] }): void;
  begin(input: object): void;
  end(input: object): Recorded;
  /** What its people have sent, and how much of it is not answered. */
  sent(input: object): { sent: Sent[]; waiting: number };
  missing(input: { sent: Sent[] }): number;
  refusals(input: object): Record<string, number>;
  /** Without what is lost, which takes the others' `sent` to tell. */
  faults(input: object): Faults;
  close(input: object): void;
}

/** A worker's part of the load. */
export function createCommands(): Commands {
  const recording = createRecording();
  const outboxes: ReturnType<typeof createOutbox>[] = [];
  let people: ReturnType<typeof createPeople> | undefined;
  let halt = (): void => undefined;
  const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, 0);
  const inboxes = () => people?.inboxes() ?? [];
  const waiting = () => sum(outboxes.map((outbox) => outbox.waiting()));

  return {
    connect({ url, roles, streams, habits, atOnce }) {
      people = createPeople(url, habits, recording);
      outboxes.push(...streams.map(createOutbox));
      return people.connect(roles, atOnce);
    },
    load({ streams, pattern, style }) {
      halt();
      const chosen = outboxes.filter(({ stream }) => streams.includes(stream.id));
      halt = startLoad(chosen, people!.connectionOf, recording, style, pattern);
    },
    halt: () => halt(),
    visit: ({ numbers }) => people!.visit(numbers),
    begin: () => recording.begin(),
    end: () => recording.end(),
    sent: () => ({ sent: outboxes.map((outbox) => outbox.sent()), waiting: waiting() }),
    missing: ({ sent }) =>
      sum(inboxes().map((inbox) => sum(sent.map((each) => inbox.missing(each))))),
    refusals: () => recording.refusals(),
    faults: () => ({
      ...noFaults,
      doubled: sum(inboxes().map((inbox) => inbox.doubled())),
      reordered: sum(inboxes().map((inbox) => inbox.reordered())),
      unanswered: waiting(),
      dropped: people?.dropped() ?? 0,
      refused: sum(outboxes.map((outbox) => outbox.refused())),
    }),
    close: () => people?.close(),
  };
}
