import { randomUUID } from 'node:crypto';
import type { Conversation, Message } from '#lib/contract/records.ts';
import type { Person } from '../support/people.ts';

/** What somebody has done, as far as it was acknowledged. */
export interface Diary {
  /** One's own messages by id, each as it was last answered. */
  messages: Map<string, Message>;
  /** How far one has read, by conversation. */
  read: Map<string, number>;
}

export const newDiary = (): Diary => ({ messages: new Map(), read: new Map() });

/** Sends, edits, deletes and reads in all these conversations at once, until it is told to stop. */
export async function write(
  person: Person,
  chats: Conversation[],
  diary: Diary,
  stopped: AbortSignal,
): Promise<void> {
  const device = await person.connect();
  await Promise.all(chats.map(writeIn));
  person.leave();

  async function writeIn({ id: conversationId }: Conversation): Promise<void> {
    for (let n = 0; !stopped.aborted; n++) {
      const input = { conversationId, clientId: randomUUID(), text: `line ${n}` };
      const message = await ask('message:send', input);
      const messageId = message.id;
      if (n % 3 === 1) await ask('message:edit', { messageId, text: `line ${n}, mended` });
      if (n % 5 === 2) await ask('message:delete', { messageId, for: 'everyone' });
      if (n % 7 === 3) await ask('message:delete', { messageId, for: 'me' });
      if (n % 4 === 0) await read(conversationId, message.seq);
    }
  }

  async function ask(event: string, input: object): Promise<Message> {
    const reply = await device.ask(event, input);
    if (!reply.ok) throw new Error(`${event} was refused: ${JSON.stringify(reply.error)}`);
    const message = reply.data.message as Message;
    diary.messages.set(message.id, message);
    return message;
  }

  async function read(id: string, seq: number): Promise<void> {
    await person.done('POST', `/conversations/${id}/read`, { seq });
    diary.read.set(id, seq);
  }
}
