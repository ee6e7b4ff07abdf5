import { fillLog, textOf } from '../../tests/support/long-log.ts';
import type { Person } from '../../tests/support/people.ts';
import type { TestServer } from '../../tests/support/server.ts';
import { crowd, type Crowd } from './support.ts';

/** What is measured in: somebody with very many conversations, one of them very long. */
export interface World extends Crowd {
  /** With one message each, or as many as fill a screen. */
  short: { id: string }[];
  near: { id: string }[];
  /** A direct conversation with the first of the others, unread at its end. */
  long: { id: string };
  messages: number;
}

const nearChats = 8;
const nearMessages = 60;
export const unread = 40;

export async function makeWorld(
  server: TestServer,
  chats: number,
  messages: number,
): Promise<World> {
  const made = await crowd(server.url, chats - nearChats - 1);
  const { ana, others } = made;
  const near: { id: string }[] = [];
  for (let n = 0; n < nearChats; n += 1) near.push(await makeNear(ana, others, n));
  const [ben] = others as [Person];
  const long = await ana.direct(ben);
  // The last one was sent a minute before: now, so that it stands first in the list.
  const now = Date.now() + 60_000;
  const fill = { count: messages, read: messages - unread, now };
  await fillLog(server, [ana, ben], long, fill);
  return { ...made, short: made.chats, near, long, messages };
}

/** A group in which all have written, in turn and of many lengths. */
async function makeNear(ana: Person, others: Person[], n: number): Promise<{ id: string }> {
  const chat = await ana.group(`Near ${n}`, others);
  const writers = [...others, ana];
  for (let said = 0; said < nearMessages; said += 1)
    await writers[(said >> 1) % writers.length]!.say(chat, textOf(said + n));
  await ana.done('POST', `/conversations/${chat.id}/read`, { seq: nearMessages + 1 });
  return { id: chat.id };
}
