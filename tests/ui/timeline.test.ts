import { describe, expect, it } from 'vitest';
import type { PendingMessage } from '#lib/client/types.ts';
import type { Message, SystemEvent } from '#lib/contract/records.ts';
import {
  timelineOf,
  waitingBubbles,
  type TimelineInput,
} from '../../app/(chat)/conversation/timeline.ts';
import { english } from './english.ts';

const noon = new Date(2025, 10, 20, 12).getTime();
const minute = 60_000;
const day = 24 * 60 * minute;

let seq = 0;
function message(senderId: string, at: number, more: Partial<Message> = {}): Message {
  seq += 1;
  return {
    id: `id-${seq}`,
    conversationId: 'c',
    seq,
    rev: seq,
    clientId: `client-${seq}`,
    senderId,
    kind: 'text',
    text: `message ${seq}`,
    createdAt: new Date(at).toISOString(),
    editedAt: null,
    deletedAt: null,
    hidden: false,
    system: null,
    ...more,
  };
}

const line = (at: number, type: SystemEvent['type'], actorId: string) =>
  message(actorId, at, { kind: 'system', system: { type, actorId, userIds: [] } });

const waiting = (clientId: string, at: number): PendingMessage => ({
  clientId,
  conversationId: 'c',
  text: 'soon',
  createdAt: new Date(at).toISOString(),
  status: 'pending',
  error: null,
});

const timeline = (messages: Message[], more: Partial<TimelineInput> = {}) =>
  timelineOf({
    messages,
    hasOlder: false,
    hasBeginning: false,
    pending: [],
    divider: null,
    myId: 'me',
    isAdmin: false,
    dayOf: english.day,
    ...more,
  });

const outline = (items: ReturnType<typeof timeline>) =>
  items.map((item) =>
    item.kind === 'bubble'
      ? `${item.senderId}${item.first ? ' first' : ''}${item.last ? ' last' : ''}`
      : item.kind,
  );

describe('runs of one sender', () => {
  it('join what was sent within five minutes', () => {
    const items = timeline([
      message('ana', noon),
      message('ana', noon + 4 * minute),
      message('ana', noon + 8 * minute),
      message('ben', noon + 8 * minute),
    ]);
    expect(outline(items)).toEqual(['day', 'ana first', 'ana', 'ana last', 'ben first last']);
  });

  it('end after five minutes of silence', () => {
    const items = timeline([message('ana', noon), message('ana', noon + 5 * minute)]);
    expect(outline(items)).toEqual(['day', 'ana first last', 'ana first last']);
  });

  it('end at a system line and at the end of the day', () => {
    const midnight = new Date(2025, 10, 21).getTime();
    const items = timeline([
      message('ana', midnight - 3 * minute),
      line(midnight - 2 * minute, 'title_changed', 'ana'),
      message('ana', midnight - minute),
      message('ana', midnight + minute),
    ]);
    expect(outline(items)).toEqual([
      'day',
      'ana first last',
      'system',
      'ana first last',
      'day',
      'ana first last',
    ]);
  });
});

describe('days', () => {
  it('begin where the viewer’s date changes', () => {
    const items = timeline([message('ana', noon), message('ana', noon + day)]);
    expect(items.flatMap((item) => (item.kind === 'day' ? [item.key] : []))).toEqual([
      'day-20412',
      'day-20413',
    ]);
  });

  it('never go back when a clock was set back', () => {
    const items = timeline([message('ana', noon), message('ana', noon - day)]);
    expect(outline(items).filter((kind) => kind === 'day')).toHaveLength(1);
  });
});

describe('the unread divider', () => {
  it('stands above the first unread message, below its day, and ends a run', () => {
    const [read, unread] = [message('ana', noon), message('ana', noon + minute)];
    const items = timeline([read, unread], { divider: { seq: unread.seq, count: 1 } });
    expect(outline(items)).toEqual(['day', 'ana first last', 'divider', 'ana first last']);
    const first = timeline([read, unread], { divider: { seq: read.seq, count: 2 } });
    expect(outline(first)).toEqual(['day', 'divider', 'ana first', 'ana last']);
  });

  it('stands above the next message when the first unread one is hidden', () => {
    const hidden = message('ana', noon, { hidden: true });
    const items = timeline([hidden, message('ana', noon)], {
      divider: { seq: hidden.seq, count: 1 },
    });
    expect(outline(items)).toEqual(['day', 'divider', 'ana first last']);
  });

  it('is not repeated where the log is cut below it', () => {
    const [above, below] = [message('ana', noon), message('ana', noon)];
    const items = timeline([below], { hasOlder: true, divider: { seq: above.seq, count: 2 } });
    expect(outline(items)).toEqual(['day', 'ana first last']);
  });
});

describe('the top of what is loaded', () => {
  const evening = message('ana', noon + 8 * 60 * minute);
  const morning = message('ana', noon + day);

  it('says that a conversation begins there, and on which day', () => {
    expect(outline(timeline([evening], { hasBeginning: true }))).toEqual([
      'beginning',
      'day',
      'ana first last',
    ]);
  });

  it('shows a message once it is known what stands above it, so that no row changes', () => {
    const first = message('ben', noon);
    const second = message('ana', noon + minute);
    const third = message('ana', noon + 2 * minute);
    const items = timeline([second, third, morning], { hasOlder: true });
    expect(outline(items)).toEqual(['ana last', 'day', 'ana first last']);
    const older = timeline([first, second, third, morning], { hasOlder: true });
    expect(older.slice(1)).toEqual(items);
    expect(outline(timeline([second], { hasOlder: true }))).toEqual(['day', 'ana first last']);
  });
});

describe('what is left out', () => {
  it('is what the viewer deleted for themselves', () => {
    expect(timeline([message('ana', noon, { hidden: true })])).toEqual([]);
  });

  it('is that somebody left, except for admins and the one who did', () => {
    const left = line(noon, 'member_left', 'ana');
    expect(timeline([left])).toEqual([]);
    expect(outline(timeline([left], { isAdmin: true }))).toEqual(['day', 'system']);
    expect(outline(timeline([left], { myId: 'ana' }))).toEqual(['day', 'system']);
    expect(outline(timeline([line(noon, 'member_removed', 'ana')]))).toEqual(['day', 'system']);
  });
});

describe('own messages on their way', () => {
  it('join the run at the end', () => {
    const items = timeline([message('me', noon)], { pending: [waiting('x', noon + minute)] });
    expect(outline(items)).toEqual(['day', 'me first', 'me last']);
  });

  it('stand by themselves where the log does not go on to its end', () => {
    const pending = [waiting('x', noon), waiting('y', noon + minute), waiting('z', noon + day)];
    expect(outline(waitingBubbles(pending, 'me', english.day))).toEqual([
      'me first',
      'me last',
      'me first last',
    ]);
  });

  it('keep their key when the server has accepted them, and never show twice', () => {
    const pending = [waiting('x', noon)];
    const before = timeline([], { pending });
    const accepted = message('me', noon, { clientId: 'x' });
    const after = timeline([accepted], { pending });
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    expect(after.at(-1)).toMatchObject({ message: accepted, pending: null });
  });
});
