import { env } from '#lib/env.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { withHeads } from '#lib/models/heads.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { isInTouch } from '#lib/nodes/node.ts';
import { onPublication, type Publication } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';

// To find the first page of a long list is to look at all of it. So its order is remembered, by what decides
// it: whose list has which conversations, and when each of these last had a message. A page itself is always
// read: a list that is remembered wrongly would show a row in the wrong place, never wrong content.

/** In which order a list is: whether it is pinned, when it last had a message (ms), its id. */
export type Place = [isPinned: boolean, at: number, id: string];

interface Row {
  id: string;
  isPinned: boolean;
  /** When it last had a message, as far as was known when it was read. */
  at: number;
  /** It is over for this person: nothing moves it any more. */
  isOver: boolean;
}

interface List {
  /** Kept instead of its outcome, so that forgetting also drops a read that is still under way. */
  reading: Promise<Row[]>;
  readAt: number;
  length: number;
}

interface Lists {
  /** By person. */
  lists: Map<string, List>;
  rows: number;
  /** When conversations, in these lists or not, had a message since the oldest of them was begun. */
  activity: Map<string, number>;
}

/** A list that is short is read as fast as it is remembered. */
const worthRemembering = 50;
/** How much is remembered, before all of it is forgotten: about 150 bytes for each. */
const mostRows = 100_000;
/** Whoever changed something may have died before it could tell. */
const freshMs = 60_000;
/** By a process that does not hear what others on the same database do. */
const freshUnheardMs = 3_000;

const lists = (): Lists =>
  remember('list-order', () => {
    onPublication(learn);
    return { lists: new Map(), rows: 0, activity: new Map() };
  });

/** Where the person's conversations stand in their list: pinned ones first, then those with the newest messages. */
export async function orderOf(userId: string): Promise<Place[]> {
  const state = lists();
  // That of now, should all be forgotten meanwhile.
  const { activity } = state;
  const known = state.lists.get(userId);
  if (known && isFresh(known)) return placesOf(await known.reading, activity);
  forgetList(userId);
  const list: List = { reading: readRows(userId), readAt: performance.now(), length: 0 };
  state.lists.set(userId, list);
  try {
    const rows = await list.reading;
    const places = placesOf(rows, activity);
    if (state.lists.get(userId) === list) keep(userId, list, rows.length);
    return places;
  } catch (error) {
    if (state.lists.get(userId) === list) forgetList(userId);
    throw error;
  }
}

/** Something has happened of which this process was not told. */
export function forgetListOrder(): void {
  const state = lists();
  state.lists = new Map();
  state.activity = new Map();
  state.rows = 0;
}

/** Before the other, of two places in a list. */
export function compare(a: Place, b: Place): number {
  if (a[0] !== b[0]) return a[0] ? -1 : 1;
  return b[1] - a[1] || (a[2] < b[2] ? 1 : a[2] > b[2] ? -1 : 0);
}

function isFresh({ readAt }: List): boolean {
  const { MONGODB_URI, REDIS_URL } = env();
  const hearsAll = REDIS_URL === undefined ? MONGODB_URI === undefined : isInTouch();
  return performance.now() - readAt < (hearsAll ? freshMs : freshUnheardMs);
}

function keep(userId: string, list: List, length: number): void {
  const state = lists();
  if (length <= worthRemembering) return forgetList(userId);
  list.length = length;
  state.rows += length;
  if (state.rows > mostRows) forgetListOrder();
}

function forgetList(userId: string): void {
  const state = lists();
  state.rows -= state.lists.get(userId)?.length ?? 0;
  state.lists.delete(userId);
}

const placesOf = (rows: Row[], activity: ReadonlyMap<string, number>): Place[] =>
  rows
    .map(({ id, isPinned, at, isOver }): Place => [
      isPinned,
      isOver ? at : Math.max(at, activity.get(id) ?? 0),
      id,
    ])
    .sort(compare);

async function readRows(userId: string): Promise<Row[]> {
  const members = await MemberModel.find(
    { user: userId },
    { conversation: 1, pinned: 1, leftAt: 1, blocking: 1, visible: 1 },
  ).lean<MemberDoc[]>();
  const found = await ConversationModel.find(
    { _id: { $in: members.map(({ conversation }) => conversation) } },
    { activityAt: 1, lastSeq: 1, rev: 1 },
  ).lean<ConversationDoc[]>();
  const activity = new Map(
    (await withHeads(found)).map(({ _id, activityAt }) => [_id.toHexString(), activityAt]),
  );
  return members.filter(isListed).flatMap(({ conversation, pinned, leftAt }): Row[] => {
    const id = conversation.toHexString();
    const at = (leftAt ?? activity.get(id))?.getTime();
    return at === undefined ? [] : [{ id, isPinned: pinned, at, isOver: leftAt !== null }];
  });
}

/** One that somebody has begun whom the person had blocked does not exist for them. */
export const isListed = ({ blocking, visible }: MemberDoc): boolean =>
  !blocking || visible.length > 0;

/** A conversation has had a message: nothing to remember where no list is. */
function advance(id: string, at: number): void {
  const state = lists();
  if (state.lists.size === 0) return;
  state.activity.set(id, Math.max(state.activity.get(id) ?? 0, at));
  if (state.activity.size > mostRows) forgetListOrder();
}

const ofPerson = /^user:(.+)/;

/** What the order of lists hangs on is published, whoever has done it. */
function learn(publication: Publication): void {
  if (publication.type === 'join' || publication.type === 'leave') {
    publication.userIds.forEach(forgetList);
  } else if (publication.type === 'event') {
    const { event, data, rooms } = publication;
    if (event === 'message:new') {
      const { conversationId, createdAt } = data.message;
      advance(conversationId, Date.parse(createdAt));
    } else if (event === 'conversation:updated') {
      rooms.map((room) => ofPerson.exec(room)?.[1] ?? '').forEach(forgetList);
    }
  }
}
