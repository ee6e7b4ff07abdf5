import { randomNumbers } from '../store/rounds.ts';

/** What people do: assumptions, not measurements. Of a messenger that is used every day. */
export const habits = {
  messagesADay: 40,
  /** Of their messages, those to one other person; the others go to groups. */
  directShare: 0.6,
  contacts: 15,
  groups: 8,
  smallestGroup: 3,
  /** Of the sizes of groups; the largest are cut off at what the contract allows. */
  sizeExponent: 1.6,
  largestGroup: 1024,
  /** How many have one device, two, three. */
  devices: [0.6, 0.3, 0.1],
  /** Who is connected reads a message by itself, not with later ones. */
  readsDirect: 0.6,
  readsGroup: 0.2,
  typingRecords: 2,
  /** How often a day a page comes to the front, or goes from it. */
  visibilityADay: 30,
  /** How often a day somebody signs out, leaves or is removed, which every node has to confirm. */
  endingsADay: 0.05,
  /** Messages in each hour, beside the mean; and the share of devices that are connected. */
  rateByHour: [
    0.3, 0.15, 0.1, 0.08, 0.1, 0.25, 0.6, 1, 1.2, 1.2, 1.2, 1.3, 1.5, 1.3, 1.2, 1.2, 1.3, 1.5, 1.7,
    1.9, 2, 1.5, 1, 0.42,
  ],
  connectedByHour: [
    0.12, 0.08, 0.06, 0.05, 0.06, 0.1, 0.2, 0.3, 0.35, 0.35, 0.35, 0.35, 0.4, 0.35, 0.35, 0.35,
    0.35, 0.4, 0.45, 0.5, 0.5, 0.45, 0.35, 0.2,
  ],
};

export type Habits = typeof habits;

export interface World {
  nodes: number;
  people: number;
  /** Devices of person p: from `firstDevice[p]` to before `firstDevice[p + 1]`; each one's node. */
  firstDevice: Uint32Array;
  nodeOf: Uint16Array;
  contacts: Uint32Array[];
  groups: Uint32Array[];
  groupsOf: number[][];
}

/** A number from 0 to below 1. */
export type Random = () => number;

export function randomOf(seed: number): Random {
  const below = randomNumbers(seed);
  return () => below(2 ** 30) / 2 ** 30;
}

/** So many people with devices, acquaintances and groups, anywhere: a proxy knows nothing of who writes to whom. */
export function makeWorld(nodes: number, people: number, random: Random): World {
  const someone = () => Math.floor(random() * people);
  const firstDevice = new Uint32Array(people + 1);
  for (let p = 0; p < people; p++) firstDevice[p + 1] = firstDevice[p]! + devicesFor(random());
  const nodeOf = new Uint16Array(firstDevice[people]!).map(() => Math.floor(random() * nodes));
  const contacts = Array.from({ length: people }, () =>
    new Uint32Array(habits.contacts).map(someone),
  );
  const groups: Uint32Array[] = [];
  const groupsOf: number[][] = Array.from({ length: people }, () => []);
  for (let places = people * habits.groups; places > 0; places -= groups.at(-1)!.length) {
    const members = new Set<number>();
    const size = Math.min(groupSize(random()), people);
    while (members.size < size) members.add(someone());
    for (const member of members) groupsOf[member]!.push(groups.length);
    groups.push(Uint32Array.from(members));
  }
  return { nodes, people, firstDevice, nodeOf, contacts, groups, groupsOf };
}

function devicesFor(chance: number): number {
  let left = chance;
  const index = habits.devices.findIndex((share) => (left -= share) < 0);
  return index < 0 ? habits.devices.length : index + 1;
}

function groupSize(chance: number): number {
  const size = habits.smallestGroup * (1 - chance) ** (-1 / habits.sizeExponent);
  return Math.min(Math.floor(size), habits.largestGroup);
}
