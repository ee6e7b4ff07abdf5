import { createHash, randomUUID } from 'node:crypto';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { showGauge } from '#lib/metrics.ts';
import { forget, remember } from '#lib/runtime.ts';
import { readStream, type Entry, type Item } from './inlet.ts';
import { allTold, outlet, streamKey, tellOthers, trimming } from './outlet.ts';
import { keepRecords, recordsOf, removeRecords } from './records.ts';
import { openLink, redis, type Link } from './redis.ts';

// A process with a socket server among others: it says once a second that it lives, hears what the others
// tell, and knows of itself whether it does: its own beat comes back to it the way theirs do.

const beatMs = 1_000;
/** A process whose own beat has not come back for so long does not hear the others either. */
const touchMs = 4_000;
/** One that has not been heard of for so long has died. */
const deadAfterMs = 10_000;
/** One that said it stops: its people come to another one meanwhile, and nobody sees them go. */
const farewellMs = 5_000;
/** Whom nobody has heard for so long is not waited for. */
const promptMs = 3_000;
const confirmWithinMs = 1_000;
const maxCounts = 10_000;

interface NodeEvents {
  publication: (publication: object, from: string) => void;
  /** Which of a person's sign-ins look at a page at another process; null: the person has gone there. */
  present: (from: string, userId: string, sessionIds: string[] | null, at: Date) => void;
  /** All who are at another process. */
  presences: (from: string, people: Map<string, string[]>) => void;
  /** Another process has stopped, or died. */
  gone: (from: string, at: Date) => void;
  /** Something that others told was missed for good: everything is to be looked up anew. */
  missed: () => void;
}

interface Peer {
  heardAt: number;
  leavesAt: number;
  /** Who is there is known. */
  isMet: boolean;
}

interface Node {
  link: Link;
  events: NodeEvents;
  peers: Map<string, Peer>;
  /** The number of the latest entry of each process. */
  counts: Map<string, number>;
  touchedAt: number;
  /** Since when the own beats have come back without a break. */
  steadySince: number;
  asked: Map<string, (from: string) => void>;
}

const node = (): Node | null => remember('node', () => null);

/** Joins the other processes. Resolves when that has been tried; without REDIS_URL there are none. */
export async function joinNodes(events: NodeEvents): Promise<() => Promise<void>> {
  const link = redis();
  if (!link) return async () => undefined;
  const isUp = await link.isUp();
  if (!isUp) log().warn('Redis cannot be reached: this process is alone until it can');
  forget('node');
  const self = remember('node', (): Node => ({
    link,
    events,
    peers: new Map(),
    counts: new Map(),
    touchedAt: -Infinity,
    steadySince: Infinity,
    asked: new Map(),
  }));
  showGauge('gatherly_nodes', 'Processes that hear each other, with this one.', () =>
    isInTouch() ? self.peers.size + 1 : 0,
  );
  const stopped = new AbortController();
  const reader = openLink(env().REDIS_URL ?? '', false);
  const gap = (why: string) => miss(self, why);
  const reading = readStream(reader, { entry: (entry) => hear(self, entry), gap }, stopped.signal);
  const timer = setInterval(() => void beat(self), beatMs).unref();
  await beat(self);
  return async () => {
    clearInterval(timer);
    tellOthers({ leaves: true });
    await allTold();
    if (await link.isUp()) await removeRecords(link.client).catch(() => undefined);
    stopped.abort();
    reader.close();
    await reading;
    link.close();
    forget('node');
  };
}

/** Whether this process has a socket server that hears the others. */
export const isNode = (): boolean => node() !== null;

/** Whether what others tell reaches this process; without REDIS_URL there is nobody to be heard. */
export function isInTouch(): boolean {
  if (!redis()) return true;
  const self = node();
  return self !== null && performance.now() - self.touchedAt < touchMs;
}

/** Whether this name is that of a process with a socket server, which lives. */
export const isNodeKnown = (id: string): boolean => node()?.peers.has(id) ?? false;

/** Whether, of all processes, this is the one to do what only one should for this key. */
export function isChosenFor(key: string): boolean {
  const self = node();
  if (!self || !isInTouch()) return true;
  const weight = (id: string) => createHash('sha1').update(`${id}:${key}`).digest('hex');
  const own = weight(outlet().id);
  return promptPeers(self).every((id) => weight(id) < own);
}

/**
 * Resolves when all other processes have carried out what was told before; after a second at most, for
 * those that cannot be reached find it out from the database.
 */
export async function carriedOutByAll(): Promise<void> {
  const self = node();
  if (!self) return allTold();
  const missing = new Set(isInTouch() ? promptPeers(self) : []);
  if (missing.size === 0) return;
  const id = randomUUID();
  await new Promise<void>((resolve) => {
    const enough = setTimeout(resolve, confirmWithinMs);
    self.asked.set(id, (from) => {
      missing.delete(from);
      if (missing.size > 0) return;
      clearTimeout(enough);
      resolve();
    });
    tellOthers({ ask: id });
  });
  self.asked.delete(id);
}

function promptPeers({ peers }: Node): string[] {
  const now = performance.now();
  return [...peers]
    .filter(([, { heardAt, leavesAt }]) => now - heardAt < promptMs && leavesAt === Infinity)
    .map(([id]) => id);
}

async function beat(self: Node): Promise<void> {
  const { link } = self;
  buryTheDead(self);
  if (!link.client.isReady) return;
  try {
    const isAnew = await keepRecords(link.client);
    // Not before: what was told meanwhile stands in the stream above this.
    const { id, count } = outlet();
    const entry = { from: id, count: String(count), ...(isAnew && { anew: '1' }) };
    await link.client.xAdd(streamKey, '*', entry, trimming());
    // At the start there is nothing that could have been missed.
    if (isAnew && self.touchedAt > -Infinity)
      miss(self, 'Redis had lost what is known of this process');
  } catch (error) {
    log().debug({ error: (error as Error).message }, 'a beat was not written');
  }
}

function buryTheDead(self: Node): void {
  const now = performance.now();
  // Who has not heard itself cannot say of others that they are silent.
  const isSteady = isInTouch() && now - self.steadySince > deadAfterMs;
  for (const [id, { heardAt, leavesAt }] of self.peers) {
    const isSilent = isSteady && now - heardAt > deadAfterMs;
    if (!isSilent && now < leavesAt) continue;
    self.peers.delete(id);
    self.events.gone(id, new Date(Date.now() - (now - heardAt)));
  }
}

async function hear(self: Node, entry: Entry): Promise<void> {
  const { from, items } = entry;
  if (from === outlet().id) return items === null ? noteTouch(self) : undefined;
  const missing = missingBefore(self, entry);
  // Its outcome was unknown, and it was written once more.
  if (missing < 0) return;
  noteCount(self, from, entry.count);
  const isHole = missing > 0;
  if (isHole) miss(self, 'another process told something that did not arrive');
  const heardAt = performance.now();
  const peer = self.peers.get(from) ?? { heardAt, leavesAt: Infinity, isMet: false };
  peer.heardAt = heardAt;
  // Processes without a socket server have no beat.
  if (items === null) self.peers.set(from, peer);
  if (isHole || entry.isAnew) peer.isMet = false;
  if (items === null && !peer.isMet) await meet(self, from, peer);
  for (const item of items ?? []) take(self, from, item);
}

/** How many entries of the same process before this one have not arrived; below 0, it is known. */
function missingBefore({ counts }: Node, { from, count, items }: Entry): number {
  const before = counts.get(from);
  if (before === undefined) return 0;
  return count - (items === null ? before : before + 1);
}

async function meet(self: Node, from: string, peer: Peer): Promise<void> {
  try {
    const people = await recordsOf(self.link.client, from);
    peer.isMet = true;
    self.events.presences(from, people);
  } catch (error) {
    // With its next beat, a second later, it is met again.
    log().debug({ error: (error as Error).message }, 'who is elsewhere could not be read');
  }
}

function take(self: Node, from: string, item: Item): void {
  const { events, peers } = self;
  if ('publication' in item) events.publication(item.publication, from);
  else if ('present' in item) {
    const [userId, sessionIds, atMs] = item.present;
    if (peers.has(from)) events.present(from, userId, sessionIds, new Date(atMs));
  } else if ('ask' in item) tellOthers({ done: item.ask });
  else if ('done' in item) self.asked.get(item.done)?.(from);
  else {
    const peer = peers.get(from);
    if (peer) peer.leavesAt = performance.now() + farewellMs;
  }
}

function noteTouch(self: Node): void {
  const now = performance.now();
  const silentMs = now - self.touchedAt;
  // Whoever connected before the first one may lack what was told before this process listened.
  if (self.touchedAt === -Infinity) self.events.missed();
  // Also what was told by a process that left no trace in the stream.
  else if (silentMs > touchMs) miss(self, 'nobody was heard for a while');
  if (silentMs > touchMs) self.steadySince = now;
  self.touchedAt = now;
}

function noteCount({ counts }: Node, from: string, count: number): void {
  counts.delete(from);
  counts.set(from, count);
  const [oldest] = counts.keys();
  if (counts.size > maxCounts && oldest !== undefined) counts.delete(oldest);
}

function miss({ events }: Node, why: string): void {
  log().warn({ why }, 'something that other processes told was missed');
  events.missed();
}
