import { setTimeout as delay } from 'node:timers/promises';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { patiently } from '#lib/patience.ts';
import { streamKey } from './outlet.ts';
import type { Link } from './redis.ts';

export interface Entry {
  /** The process that wrote it. */
  from: string;
  /** Its number among that process's; of a beat, the number of the latest one before it. */
  count: number;
  /** What it tells; null in a beat. */
  items: Item[] | null;
  /** Of a beat: the presence records of its process have been written anew. */
  isAnew: boolean;
}

export type Item =
  | { publication: object }
  /** The sign-ins of a person that look at a page there; null when the person has gone, and when. */
  | { present: [userId: string, sessionIds: string[] | null, atMs: number] }
  /** Asks every process to say that it has carried out what came before. */
  | { ask: string }
  | { done: string }
  | { leaves: true };

interface Reading {
  /** Called for one entry after the other. */
  entry: (entry: Entry) => Promise<void>;
  /** Entries have gone that were never read. */
  gap: (why: string) => void;
}

const blockMs = 1_000;
const answerWithinMs = 3_000;
const readAtOnce = 100;
/** Every process writes once a second: who reads nothing for so long reads at the wrong place. */
const emptyReads = 5;

/** Where it reads; null before it knows the stream's end. */
interface Place {
  id: string | null;
  emptyReads: number;
}

/** Reads the stream from its present end on, until told to stop; over outages of Redis, without a hole. */
export async function readStream(link: Link, reading: Reading, stopped: AbortSignal) {
  const place: Place = { id: null, emptyReads: 0 };
  while (!stopped.aborted) {
    if (!(await link.isUp())) {
      await delay(200, undefined, { signal: stopped }).catch(() => undefined);
      continue;
    }
    try {
      await readOnce(link, reading, place);
    } catch (error) {
      if (stopped.aborted) return;
      log().debug({ error: (error as Error).message }, 'the stream could not be read');
      link.renew();
      await delay(100, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
}

async function readOnce(link: Link, reading: Reading, place: Place): Promise<void> {
  place.id ??= await endOf(link);
  const entries = await entriesAfter(link, place.id);
  // A full reading: there may have been more than the stream keeps.
  if (entries.length >= countAtOnce() && (await oldestIn(link)) > sortable(place.id)) {
    reading.gap('it was away for longer than the stream remembers');
  }
  for (const { id, message } of entries) {
    place.id = id;
    const entry = parsed(message);
    if (entry) await reading.entry(entry);
  }
  place.emptyReads = entries.length > 0 ? 0 : place.emptyReads + 1;
  if (place.emptyReads < emptyReads) return;
  // Redis has lost the stream, and its clock has gone back.
  place.id = null;
  place.emptyReads = 0;
  reading.gap('the stream goes on elsewhere');
}

const countAtOnce = () => Math.min(readAtOnce, env().REDIS_STREAM_LENGTH);

async function entriesAfter(link: Link, place: string): Promise<RawEntry[]> {
  const reading = link.client.xRead(
    { key: streamKey, id: place },
    { COUNT: countAtOnce(), BLOCK: blockMs },
  );
  const streams = (await inTime(reading)) as { messages: RawEntry[] }[] | null;
  return streams?.[0]?.messages ?? [];
}

interface RawEntry {
  id: string;
  message: Record<string, string>;
}

async function endOf(link: Link): Promise<string> {
  const last = await inTime(link.client.xRevRange(streamKey, '+', '-', { COUNT: 1 }));
  return last?.[0]?.id ?? '0-0';
}

async function oldestIn(link: Link): Promise<string> {
  const first = await inTime(link.client.xRange(streamKey, '-', '+', { COUNT: 1 }));
  return sortable(first?.[0]?.id ?? '0-0');
}

/** An id whose order as a text is that of its numbers. */
const sortable = (id: string): string =>
  id
    .split('-')
    .map((part) => part.padStart(20, '0'))
    .join('-');

/** @throws when Redis is silent for too long. */
const inTime = <T>(answer: Promise<T>): Promise<T> =>
  patiently(answerWithinMs, answer, () => new Error('Redis does not answer'));

function parsed({ from, count, items, anew }: Record<string, string>): Entry | null {
  if (!from || !count) return null;
  try {
    return {
      from,
      count: Number(count),
      items: items === undefined ? null : (JSON.parse(items) as Item[]),
      isAnew: anew !== undefined,
    };
  } catch (error) {
    log().warn({ error: (error as Error).message }, 'an entry of the stream could not be read');
    return null;
  }
}
