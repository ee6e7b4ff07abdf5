import assert from 'node:assert/strict';
import { nowUs } from '../clock.ts';
import { connect, type Connection } from '../connection.ts';
import type { Run } from '../figures.ts';
import { noFaults } from '../ledger.ts';
import { startSide } from '../servers.ts';
import { textOf } from '../stored.ts';
import { startMeter } from '../usage.ts';
import { inTurns, medianTime, randomNumbers } from '../../store/rounds.ts';
import type { Workload } from '../workload.ts';

const pageLength = 50;
/** Calls that are made one after the other before it is the others' turn. */
const pagesInTurn = 25;
const listsInTurn = 10;

/** Pages at random places of a short and of a long history, and the lists of two people. */
export const history: Workload = {
  name: 'history',
  sides: ['gatherly'],
  isOnce: true,
  async run(side, context): Promise<Run> {
    const { size, start } = context;
    const stored = await context.stored();
    const server = await startSide(side, { ...start, dataDir: stored.dataDir });
    try {
      const reader = await connect(server.url, stored.reader.token);
      const lonely = await connect(server.url, stored.lonely.token);
      const popular = await connect(server.url, stored.popular.token);
      // As the server has never been asked for them, but has been asked for others.
      for (let n = 0; n < listsInTurn; n++) await reader.call('conversation:list', {});
      const firstBeside = await medianTime(1, () => readList(lonely, size.fewConversations));
      const first = await medianTime(1, () => readList(popular, size.manyConversations));
      const rounds = Math.ceil(size.reads / pagesInTurn);
      const meter = startMeter(server.pids, []);
      const from = nowUs();
      const random = randomNumbers(1);
      const pages = (conversation: string, messages: number) => (): Promise<number> =>
        medianTime(pagesInTurn, () =>
          readPage(reader, conversation, pageLength + 1 + random(messages - pageLength)),
        );
      const lists = (connection: Connection, conversations: number) => (): Promise<number> =>
        medianTime(listsInTurn, () => readList(connection, conversations));
      const page = await inTurns(
        rounds,
        pages(stored.many, size.manyMessages),
        pages(stored.few, size.fewMessages),
      );
      const list = await inTurns(
        rounds,
        lists(popular, size.manyConversations),
        lists(lonely, size.fewConversations),
      );
      const whole = await medianTime(listsInTurn, () => readAll(popular, size.manyConversations));
      const { otherCpu, busiestGeneratorCpu } = meter();
      context.onWindow(from, nowUs());
      for (const connection of [reader, lonely, popular]) connection.close();
      const [many, few] = [size.manyMessages, size.fewMessages].map(inEnglish);
      const [popularHas, lonelyHas] = [size.manyConversations, size.fewConversations].map(
        inEnglish,
      );
      return {
        faults: noFaults,
        events: {},
        refusals: {},
        otherCpu,
        busiestGeneratorCpu,
        figures: [
          {
            name: `page of ${pageLength} of ${many} messages, beside ${few}, p50`,
            unit: 'ms',
            value: page.measured,
            beside: page.beside,
            target: { kind: 'ratio', atMost: 1.3 },
          },
          {
            name: `list of a person with ${popularHas} conversations, beside ${lonelyHas}, p50`,
            unit: 'ms',
            value: list.measured,
            beside: list.beside,
            target: { kind: 'ratio', atMost: 3 },
          },
          {
            name: 'the same at the first time since the start, once',
            unit: 'ms',
            value: first,
            beside: firstBeside,
          },
          { name: 'all pages of that list, p50', unit: 'ms', value: whole },
        ],
      };
    } finally {
      await server.stop();
    }
  },
};

const inEnglish = (number: number): string => number.toLocaleString('en');

/** @throws when the page has anything but the fifty messages before this seq. */
async function readPage(reader: Connection, conversationId: string, before: number): Promise<void> {
  const { messages } = (await reader.call('message:list', { conversationId, before })) as {
    messages: { seq: number; text: string }[];
  };
  assert.equal(messages.length, pageLength);
  const sorted = messages.toSorted((a, b) => a.seq - b.seq);
  for (const [n, { seq, text }] of sorted.entries()) {
    assert.equal(seq, before - pageLength + n);
    assert.equal(text, textOf(seq));
  }
}

/** The first page of a list. */
async function readList(connection: Connection, conversations: number): Promise<void> {
  const { items } = (await connection.call('conversation:list', {})) as { items: unknown[] };
  assert.equal(items.length, Math.min(conversations, pageLength));
}

/** A list, page by page, as the application reads it. */
async function readAll(connection: Connection, conversations: number): Promise<void> {
  const ids = new Set<string>();
  let cursor: string | null = null;
  do {
    const page = (await connection.call('conversation:list', {
      limit: 200,
      ...(cursor !== null && { cursor }),
    })) as { items: { id: string }[]; nextCursor: string | null };
    for (const { id } of page.items) ids.add(id);
    cursor = page.nextCursor;
  } while (cursor !== null);
  assert.equal(ids.size, conversations);
}
