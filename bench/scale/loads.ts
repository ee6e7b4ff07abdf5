import { costs, recordCosts, type Kind } from './costs.ts';
import { drawHour, type Tally } from './fan-out.ts';
import { habits, makeWorld, randomOf } from './world.ts';

/** How nodes tell each other: as today, by so many streams that conversations are spread over, by one for each node. */
export type Design = 'one' | 'hashed' | 'inbox';

/** A deployment in one hour, by the second. CPU in cores. */
export interface Load {
  nodes: number;
  connected: number;
  messages: number;
  /** What is told to others, or among them, each counted once. */
  written: Record<Kind, number>;
  records: number;
  /** Of the records of today's stream that a node reads, those for somebody whom it has. */
  concernedShare: number;
  /** Of each node, for people: what it would work if it were the only one. */
  own: number;
  byDesign: Record<Design, Told>;
}

export interface Told {
  /** Records that a node reads. */
  read: number;
  /** CPU of a node for reading, but for what is for its people, and for writing. */
  node: number;
  /** CPU of all Redis processes together, and bytes that leave them. */
  redis: number;
  bytes: number;
}

interface Deployment {
  nodes: number;
  /** People who have an account, for each node. */
  peoplePerNode: number;
  hour: number;
  /** How long a node takes from one reading to the next, in ms; as measured if it is left out. */
  readEveryMs?: number;
  seed: number;
  /** How many of the people, and of the hour's messages, are drawn. */
  sample: { people: number; messages: number };
}

/** Of the design with several. */
export const streams = 64;
const secondsInDay = 86_400;

/** Draws an hour of a deployment and says what it costs. */
export function loadOf(deployment: Deployment): Load {
  const { nodes, peoplePerNode, hour, readEveryMs = costs.readEveryMs, seed, sample } = deployment;
  const random = randomOf(seed);
  const world = makeWorld(nodes, sample.people, random);
  const tally = drawHour(world, hour, sample.messages, random);
  const people = peoplePerNode * nodes;
  const perDay = people / secondsInDay;
  const messages = perDay * habits.messagesADay * habits.rateByHour[hour]!;
  /** Of what was drawn, what it stands for in a second. */
  const scale = messages / sample.messages;
  const written = { ...scaled(tally.written, scale), beat: nodes, done: 0 };
  written.done = nodes === 1 ? 0 : perDay * habits.endingsADay * nodes;
  const concerned = { ...scaled(tally.concerned, scale), beat: nodes * (nodes - 1), done: 0 };
  concerned.done = perDay * habits.endingsADay * (nodes - 1) * 2;
  const toAll = { beat: written.beat, done: written.done, present: written.present };
  const ofConversations = { ...written, beat: 0, done: 0, present: 0 };
  const devices = habits.devices.reduce((sum, share, n) => sum + share * (n + 1), 0);
  return {
    nodes,
    connected: people * devices * habits.connectedByHour[hour]!,
    messages,
    written,
    records: sum(written),
    concernedShare: sum(concerned) / nodes / sum(written),
    own: ownWork(tally, scale, nodes, messages),
    byDesign: {
      one: told(nodes, readEveryMs, written, written, concerned),
      hashed: told(
        nodes,
        readEveryMs,
        written,
        added(toAll, times(ofConversations, shareOfStreams(peoplePerNode))),
        concerned,
      ),
      inbox: told(nodes, readEveryMs, concerned, times(concerned, 1 / nodes), concerned),
    },
  };
}

/** How many of the hashed streams have a conversation of one of a node's people. */
const shareOfStreams = (people: number): number =>
  1 - (1 - 1 / streams) ** (people * (habits.contacts + habits.groups));

type Counts = Partial<Record<Kind, number>>;

function told(
  nodes: number,
  readEveryMs: number,
  written: Counts,
  read: Counts,
  concerned: Counts,
): Told {
  if (nodes === 1) return { read: 0, node: 0, redis: 0, bytes: 0 };
  const inVain = added(read, times(concerned, -1 / nodes));
  /** Readings of one node: the more there is, the more comes at once. */
  const readings = sum(read) / (1 + (sum(read) * readEveryMs) / 1000);
  return {
    read: sum(read),
    node:
      (weighed(inVain, 'readUs') +
        readings * costs.wakeUs +
        (sum(written) / nodes) * costs.writeUs) /
      1e6,
    redis:
      (sum(written) * costs.redisWriteUs +
        nodes * (sum(read) * costs.redisReadUs + readings * costs.redisWakeUs)) /
      1e6,
    bytes: weighed(read, 'bytes') * nodes,
  };
}

/** What people cost a node, whichever design there is; frames of what others wrote among it. */
function ownWork(tally: Tally, scale: number, nodes: number, messages: number): number {
  const frames = tally.frames * scale;
  const receipts = tally.written.receipts * scale;
  const us = messages * costs.messageUs + frames * costs.deliveryUs + receipts * costs.receiptUs;
  return us / nodes / 1e6;
}

const kinds = Object.keys(recordCosts) as Kind[];
const times = (counts: Counts, factor: number): Counts =>
  mapped((kind) => (counts[kind] ?? 0) * factor);
const added = (one: Counts, other: Counts): Counts =>
  mapped((kind) => (one[kind] ?? 0) + (other[kind] ?? 0));
const scaled = (counts: Record<Kind, number>, factor: number) =>
  mapped((kind) => counts[kind] * factor);
const mapped = (of: (kind: Kind) => number) =>
  Object.fromEntries(kinds.map((kind) => [kind, of(kind)])) as Record<Kind, number>;
const sum = (counts: Counts): number => kinds.reduce((all, kind) => all + (counts[kind] ?? 0), 0);
const weighed = (counts: Counts, by: 'bytes' | 'readUs'): number =>
  kinds.reduce((all, kind) => all + (counts[kind] ?? 0) * recordCosts[kind][by], 0);
