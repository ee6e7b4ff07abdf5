import type { Kind } from './costs.ts';
import { habits as usual, type Habits, type Random, type World } from './world.ts';

/** Of one hour, as it was drawn: a sample, not the number of a real hour. */
export interface Tally {
  messages: number;
  /** Frames with a message, by the node that sends them. */
  deliveries: Float64Array;
  /** Frames of any kind. */
  frames: number;
  /** Records by what they tell, each written once. */
  written: Record<Kind, number>;
  /** The same, counted once for each other node that has somebody it is for. */
  concerned: Record<Kind, number>;
}

const noRecords = (): Record<Kind, number> => ({
  message: 0,
  receipts: 0,
  typing: 0,
  present: 0,
  beat: 0,
  done: 0,
});

/** Draws so many messages of one hour, and what follows from them. */
export function drawHour(
  world: World,
  hour: number,
  messages: number,
  random: Random,
  habits: Habits = usual,
): Tally {
  const share = habits.connectedByHour[hour]!;
  const isConnected = new Uint8Array(world.nodeOf.length).map(() => (random() < share ? 1 : 0));
  const tally: Tally = {
    messages,
    deliveries: new Float64Array(world.nodes),
    frames: 0,
    written: noRecords(),
    concerned: noRecords(),
  };
  const draw: Draw = { world, habits, isConnected, tally, random };
  for (let n = 0; n < messages; n++) drawMessage(draw);
  const perMessage = habits.visibilityADay / habits.messagesADay;
  for (let n = 0; n < messages * perMessage; n++) drawPresence(draw);
  return tally;
}

interface Draw {
  world: World;
  habits: Habits;
  isConnected: Uint8Array;
  tally: Tally;
  random: Random;
}

/** Few write much: a hundredth of all people a fifth of all messages. The same of what they write to. */
const skewed = (random: Random, count: number): number => Math.floor(count * random() ** 3);

function drawMessage(draw: Draw): void {
  const { world, habits, random, tally, isConnected } = draw;
  const sender = skewed(random, world.people);
  const { members, isGroup } = conversationOf(draw, sender);
  const device = world.firstDevice[sender]!;
  isConnected[device] = 1;
  const from = world.nodeOf[device]!;
  const devices = devicesAt(draw, members);
  for (const [node, count] of devices) tally.deliveries[node]! += count;
  const tell = (kind: Kind, writer: number, times: number) =>
    note(draw, kind, writer, devices, times);
  tell('typing', from, habits.typingRecords);
  tell('message', from, 1);
  // What is delivered at one node at once is told at once; reading takes everybody their own time.
  for (const node of devices.keys()) tell('receipts', node, 1);
  const share = isGroup ? habits.readsGroup : habits.readsDirect;
  for (const member of members) {
    if (member === sender) continue;
    const reader = connectedDeviceOf(draw, member);
    if (reader !== undefined && random() < share) tell('receipts', world.nodeOf[reader]!, 1);
  }
}

function conversationOf({ world, habits, random }: Draw, sender: number) {
  const own = world.groupsOf[sender]!;
  if (own.length === 0 || random() < habits.directShare) {
    const other = world.contacts[sender]![skewed(random, habits.contacts)]!;
    return { members: other === sender ? [sender] : [sender, other], isGroup: false };
  }
  // Of two the smaller one: in large groups people say less.
  const [one, two] = [own[skewed(random, own.length)]!, own[skewed(random, own.length)]!];
  const id = world.groups[one]!.length < world.groups[two]!.length ? one : two;
  return { members: world.groups[id]!, isGroup: true };
}

/** Somebody comes or goes; those who know them may be watching. */
function drawPresence(draw: Draw): void {
  const { world, random } = draw;
  const person = Math.floor(random() * world.people);
  const from = world.nodeOf[world.firstDevice[person]!]!;
  note(draw, 'present', from, devicesAt(draw, world.contacts[person]!), 1);
}

/** How many connected devices of these people are at which node. */
function devicesAt(draw: Draw, people: Iterable<number>): Map<number, number> {
  const { world, isConnected } = draw;
  const found = new Map<number, number>();
  for (const person of people) {
    for (let d = world.firstDevice[person]!; d < world.firstDevice[person + 1]!; d++) {
      if (!isConnected[d]) continue;
      const node = world.nodeOf[d]!;
      found.set(node, (found.get(node) ?? 0) + 1);
    }
  }
  return found;
}

function connectedDeviceOf({ world, isConnected }: Draw, person: number): number | undefined {
  for (let d = world.firstDevice[person]!; d < world.firstDevice[person + 1]!; d++) {
    if (isConnected[d]) return d;
  }
  return undefined;
}

function note(
  { tally }: Draw,
  kind: Kind,
  writer: number,
  devices: Map<number, number>,
  times: number,
): void {
  tally.written[kind] += times;
  for (const [node, count] of devices) {
    tally.frames += count * times;
    if (node === writer) continue;
    tally.concerned[kind] += times;
  }
}
