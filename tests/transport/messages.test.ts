import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;
let ben: Person;
let mallory: Person;
let chat: Conversation;
let anaPhone: Device;

beforeAll(async () => {
  [ana, ben, mallory] = (await people(server.url, 'ana', 'ben', 'mallory')) as [
    Person,
    Person,
    Person,
  ];
  chat = await ana.direct(ben);
  anaPhone = await ana.connect();
});
afterAll(async () => {
  for (const person of [ana, ben, mallory]) person.leave();
});

interface Answered {
  code: string | null;
  // oxlint-disable-next-line typescript/no-explicit-any
  data: any;
}

/** The same verbs on both wires. */
const wires = {
  REST: async (
    verb: keyof typeof restOf,
    input: Record<string, unknown>,
    who = ana,
  ): Promise<Answered> => {
    const { status, body } = await restOf[verb](who, input);
    return status < 300 ? { code: null, data: body } : { code: body.code, data: null };
  },
  'Socket.io': async (
    verb: keyof typeof restOf,
    input: Record<string, unknown>,
    who = ana,
  ): Promise<Answered> => {
    const device = who === ana ? anaPhone : await who.connect();
    const reply = await device.ask(`message:${verb}`, input);
    return reply.ok ? { code: null, data: reply.data } : { code: reply.error.code, data: null };
  },
};

const restOf = {
  send: (who: Person, { conversationId, ...body }: Record<string, unknown>) =>
    who.rest('POST', `/conversations/${String(conversationId)}/messages`, body),
  edit: (who: Person, { messageId, ...body }: Record<string, unknown>) =>
    who.rest('PATCH', `/conversations/${chat.id}/messages/${String(messageId)}`, body),
  delete: (who: Person, { messageId, ...body }: Record<string, unknown>) =>
    who.rest('DELETE', `/conversations/${chat.id}/messages/${String(messageId)}`, body),
};

describe.each(['REST', 'Socket.io'] as const)('over %s', (wire) => {
  const ask = wires[wire];
  const draft = (text = 'Hello') => ({ conversationId: chat.id, clientId: randomUUID(), text });

  it('numbers messages one after the other', async () => {
    const first = (await ask('send', draft())).data.message as Message;
    const second = (await ask('send', draft())).data.message as Message;
    expect(second.seq).toBe(first.seq + 1);
    expect(second.rev).toBe(first.rev + 1);
    expect(first).toMatchObject({
      conversationId: chat.id,
      senderId: ana.id,
      kind: 'text',
      text: 'Hello',
      editedAt: null,
      deletedAt: null,
    });
  });

  it('stores once what is sent again', async () => {
    const again = draft('Once');
    const first = await ask('send', again);
    const second = await ask('send', again);
    expect(second.data.message).toEqual(first.data.message);
  });

  it('refuses what the contract does not allow', async () => {
    for (const wrong of [
      { ...draft(), text: '' },
      { ...draft(), text: ' \n\t ' },
      { ...draft(), text: 'x'.repeat(64 * 1024 + 1) },
      { ...draft(), text: 7 },
      { ...draft(), clientId: '' },
      { ...draft(), clientId: { $ne: null } },
      { ...draft(), seq: 1 },
      { ...draft(), senderId: ben.id },
    ]) {
      expect((await ask('send', wrong)).code).toBe('invalid_input');
    }
  });

  it('takes the longest text, whatever it is made of', async () => {
    for (const character of ['"', '\n"', '\\', '\u0001x']) {
      const text = character.repeat((64 * 1024) / character.length);
      expect((await ask('send', draft(text))).data?.message.text).toBe(text);
    }
    expect((await ask('send', draft('x\ud800y'))).data.message.text).toBe('x\ufffdy');
  });

  it('hides a conversation from a stranger as if it did not exist', async () => {
    expect((await ask('send', draft(), mallory)).code).toBe('not_found');
    const unknown = { ...draft(), conversationId: 'f'.repeat(24) };
    expect((await ask('send', unknown)).code).toBe('not_found');
    const message = (await ask('send', draft())).data.message as Message;
    expect((await ask('edit', { messageId: message.id, text: 'Mine' }, mallory)).code).toBe(
      'not_found',
    );
    expect((await ask('delete', { messageId: message.id, for: 'me' }, mallory)).code).toBe(
      'not_found',
    );
  });

  it('lets the sender edit, and nobody else', async () => {
    const message = (await ask('send', draft('Helo'))).data.message as Message;
    const edited = (await ask('edit', { messageId: message.id, text: 'Hello!' })).data
      .message as Message;
    expect(edited).toMatchObject({ id: message.id, seq: message.seq, text: 'Hello!' });
    expect(edited.editedAt).not.toBeNull();
    expect(edited.rev).toBeGreaterThan(message.rev);
    expect((await ask('edit', { messageId: message.id, text: 'Ben was here' }, ben)).code).toBe(
      'forbidden',
    );
  });

  it('gives an edit that changes nothing no new rev', async () => {
    const message = (await ask('send', draft('Same'))).data.message as Message;
    const same = (await ask('edit', { messageId: message.id, text: 'Same' })).data
      .message as Message;
    expect(same).toEqual(message);
  });

  it('leaves a tombstone of a message deleted for everyone', async () => {
    const message = (await ask('send', draft('Oh'))).data.message as Message;
    expect((await ask('delete', { messageId: message.id, for: 'everyone' }, ben)).code).toBe(
      'forbidden',
    );
    const gone = (await ask('delete', { messageId: message.id, for: 'everyone' })).data
      .message as Message;
    expect(gone).toMatchObject({ id: message.id, seq: message.seq, text: '' });
    expect(gone.deletedAt).not.toBeNull();
    expect((await ask('edit', { messageId: message.id, text: 'Back' })).code).toBe('conflict');
    const seen = await ben.history(chat, `around=${message.seq}&limit=1`);
    expect(seen[0]).toMatchObject({ id: message.id, text: '', hidden: false });
  });

  it('hides a message deleted for oneself from oneself only', async () => {
    const message = (await ask('send', draft('Secret'))).data.message as Message;
    const hidden = (await ask('delete', { messageId: message.id, for: 'me' })).data
      .message as Message;
    expect(hidden).toMatchObject({ hidden: true, text: '', deletedAt: null });
    const [mine] = await ana.history(chat, `around=${message.seq}&limit=1`);
    const [theirs] = await ben.history(chat, `around=${message.seq}&limit=1`);
    expect(mine).toMatchObject({ hidden: true, text: '' });
    expect(theirs).toMatchObject({ hidden: false, text: 'Secret' });
  });
});

it('answers 201 for a new message and 200 for the same again', async () => {
  const body = { clientId: randomUUID(), text: 'Twice' };
  const path = `/conversations/${chat.id}/messages`;
  expect((await ana.rest('POST', path, body)).status).toBe(201);
  expect((await ana.rest('POST', path, body)).status).toBe(200);
});

it('keeps one clientId for one conversation', async () => {
  const other = await ana.direct(mallory);
  const message = await ana.say(chat, 'Here');
  const body = { clientId: message.clientId, text: 'There' };
  const answer = await ana.rest('POST', `/conversations/${other.id}/messages`, body);
  expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

it('makes one message of fifty parallel sends with one clientId over both wires', async () => {
  const tablet = await ana.connect();
  const input = { conversationId: chat.id, clientId: randomUUID(), text: 'Only once' };
  const sends = Array.from({ length: 50 }, async (_, i): Promise<Message> => {
    if (i % 3 === 0) return ana.say(chat, input.text, input.clientId);
    return (await (i % 3 === 1 ? anaPhone : tablet).ask('message:send', input)).data
      .message as Message;
  });
  const messages = await Promise.all(sends);
  expect(new Set(messages.map(({ id, seq }) => `${id} ${seq}`)).size).toBe(1);
  const stored = await ana.history(chat, 'limit=200');
  expect(stored.filter(({ text }) => text === 'Only once')).toHaveLength(1);
});

it('keeps the order in which one sender writes without waiting', async () => {
  const before = (await ana.view(chat)).lastSeq;
  const sends = Array.from({ length: 150 }, (_, i) =>
    anaPhone.ask('message:send', {
      conversationId: chat.id,
      clientId: randomUUID(),
      text: `line ${i}`,
    }),
  );
  await Promise.all(sends);
  const stored = await ana.history(chat, `after=${before}&limit=200`);
  expect(stored.map(({ text }) => text)).toEqual(
    Array.from({ length: 150 }, (_, i) => `line ${i}`),
  );
});

it('takes many changes of one conversation at once, each with a rev of its own', async () => {
  const said: Message[] = [];
  for (let i = 0; i < 20; i++) said.push(await ana.say(chat, `draft ${i}`));
  const edits = said.map(({ id }, i) =>
    anaPhone.ask('message:edit', { messageId: id, text: `edited ${i}` }),
  );
  const replies = await Promise.all(edits);
  expect(replies.filter(({ ok }) => !ok)).toEqual([]);
  const made = replies.map(({ data }) => data.message as Message);
  const last = said.at(-1)!;
  const revs = made.map(({ rev }) => rev).sort((one, other) => one - other);
  expect(revs).toEqual(revs.map((_, i) => last.rev + 1 + i));
  const stored = await ana.history(chat, `limit=${said.length}`);
  expect(stored).toEqual(made);
});

it('tells every device of every member, the sender’s others included', async () => {
  const [benPhone, benLaptop, anaLaptop] = [
    await ben.connect(),
    await ben.connect(),
    await ana.connect(),
  ];
  const strangers = await mallory.connect();
  const message = await ana.say(chat, 'To all devices');
  for (const device of [benPhone, benLaptop, anaLaptop, anaPhone]) {
    expect(
      (await device.heard('message:new', (heard) => heard.message.id === message.id)).message,
    ).toEqual(message);
  }
  await ana.rest('PATCH', `/conversations/${chat.id}/messages/${message.id}`, { text: 'Edited' });
  const updated = await benPhone.heard(
    'message:updated',
    (heard) => heard.message.id === message.id,
  );
  expect(updated.message.text).toBe('Edited');
  expect(strangers.all('message:new')).toEqual([]);
});
