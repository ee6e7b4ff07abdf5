import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createActions } from '#lib/client/actions.ts';
import { requestOf, type Call } from '#lib/client/api.ts';
import { newClientId } from '#lib/client/client-id.ts';
import { RequestError } from '#lib/client/errors.ts';
import { createHistory } from '#lib/client/history.ts';
import { createOutbox } from '#lib/client/outbox.ts';
import { tickOf } from '#lib/client/select.ts';
import type { Command, Incoming } from '#lib/client/socket.ts';
import { initialState } from '#lib/client/state.ts';
import { createSync } from '#lib/client/sync.ts';
import { createTyping } from '#lib/client/typing.ts';
import type { ChatActions, ChatState } from '#lib/client/types.ts';
import { commandEvents } from '#lib/contract/event-names.ts';
import { operations, type Operation } from '#lib/contract/operations.ts';
import { deletedName } from '#lib/contract/text.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { createBrowser, createHolder } from '../client/support.ts';
import { bodyOf, password, people, request, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

// What a device has after it has applied the events of a change has to be what a new one would fetch.

/** The browser's own parts, over the server's wires, without a browser. */
async function openDevice(person: Person) {
  const holder = createHolder(initialState(person.user));
  const { get, dispatch } = holder;
  const call = (async (name: keyof typeof operations, input: object) => {
    const { rest }: Operation = operations[name];
    const [path, { method = 'GET', body }] = requestOf(rest!, input);
    if (body instanceof Blob) {
      const headers = { 'content-type': body.type, authorization: `Bearer ${person.token}` };
      return (await fetch(person.url + path, { method, headers, body })).json();
    }
    const given = typeof body === 'string' ? { body } : {};
    const type = { 'content-type': 'application/json' };
    return bodyOf(
      await request(person.url, method, path.replace('/api/v1', ''), {
        token: person.token,
        ...given,
        ...(body ? { headers: type } : {}),
      }),
    );
  }) as Call;
  const wire = await person.connect();
  const command = (async (name: keyof typeof commandEvents, input: object) => {
    const reply = await wire.ask(commandEvents[name], input);
    if (!reply.ok) throw new RequestError(reply.error.code);
    return reply.data;
  }) as Command;
  const browser = createBrowser();
  const parts = { ...holder, call, command, device: browser.device, tabs: browser.openTab() };
  const sync = createSync(parts);
  const { check, loadMembers } = sync;
  const restore = () => Promise.resolve();
  const history = createHistory({ ...parts, check, loadMembers, restore });
  const outbox = createOutbox(parts);
  const typing = createTyping(parts);
  const actions: ChatActions = createActions({
    ...parts,
    sync,
    history,
    outbox,
    typing,
    keepDraft() {},
    send: (id, text) => outbox.send(id, text),
    signOut: () => Promise.resolve(),
    deleteAccount: () => Promise.resolve(),
    readKept: () => Promise.resolve(null),
    clearKept: () => Promise.resolve(),
    reconnectNow() {},
  });
  wire.socket.onAny((type: string, data: unknown) => {
    const event = { type, data } as Incoming;
    if (event.type === 'session:ended') return;
    if (event.type === 'typing') return typing.receive(event.data);
    if (event.type === 'presence') return dispatch({ type: 'presence', presences: [event.data] });
    dispatch(event);
    sync.after(event);
  });
  const connection = { status: 'online' as const, since: 0, reconnecting: false };
  dispatch({ type: 'connection', connection });
  await outbox.start();
  outbox.resume();
  sync.resync();
  return {
    person,
    get,
    actions,
    events: wire.events,
    /** What a device that opens the same now would have, without telling anybody of it. */
    async fetched(): Promise<ChatState> {
      const fresh = createHolder(initialState(person.user));
      const silent = (() => Promise.resolve({})) as unknown as Command;
      const reading = createSync({ ...fresh, call, command: silent });
      const opening = createHistory({
        ...fresh,
        call,
        check: () => undefined,
        loadMembers: () => Promise.resolve(),
        restore,
      });
      fresh.dispatch({ type: 'account', data: await call('readAccount', {}) });
      await reading.listConversations();
      for (const id of Object.keys(get().logs)) await opening.open(id);
      for (const id of Object.keys(get().members)) await reading.loadMembers(id);
      return fresh.get();
    },
    stop() {
      for (const part of [sync, outbox, typing]) part.stop();
    },
  };
}

type OpenDevice = Awaited<ReturnType<typeof openDevice>>;

/** What people can see of a state. Who is online, and how a row was put together, is not part of it. */
function shown(state: ChatState) {
  const seen = ({ peer, names: _, receipts: __, updatedAt: ___, ...row }: Conversation) => ({
    ...row,
    ...(peer && { peer: { ...peer, online: false, lastSeenAt: null } }),
  });
  const rows = Object.values(state.conversations).sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    account: { ...state.account, online: false, lastSeenAt: null },
    conversations: rows.map(seen),
    members: rows
      .filter(({ id, me }) => state.members[id] && me.leftSeq === null)
      .map(({ id }) =>
        state.members[id]!.map(({ user, role, joinedAt }) => [user.displayName, role, joinedAt]),
      ),
    logs: rows
      .filter(({ id }) => state.logs[id])
      .map(({ id, me, memberCount }) =>
        state.logs[id]!.messages.map((message) => [
          message,
          // Who has left, or is alone, is told of nobody's receipts.
          me.leftSeq === null && memberCount > 1 && tickOf(state, message),
        ]),
      ),
  };
}

const server = sharedServer();
let ana: Person;
let ben: Person;
let cleo: Person;
let devices: Record<'phone' | 'laptop' | 'bens' | 'cleos' | 'stranger', OpenDevice>;
let direct: Conversation;
let group: Conversation;

const all = () => Object.values(devices);

/** Waits until every device has what it would fetch now. */
async function expectApplied(): Promise<void> {
  await Promise.all(
    all().map((device) =>
      vi.waitFor(async () => expect(shown(device.get())).toEqual(shown(await device.fetched())), {
        timeout: 30_000,
        // Each look fetches all that there is.
        interval: 300,
      }),
    ),
  );
}

const openOn = async (id: string, ...on: OpenDevice[]) => {
  for (const { actions } of on) await actions.openConversation(id);
};

beforeAll(async () => {
  const [first, second, third, mallory] = await people(server.url, 'ana', 'ben', 'cleo', 'mallory');
  [ana, ben, cleo] = [first!, second!, third!];
  const [phone, laptop, bens, cleos, stranger] = [
    await openDevice(ana),
    await openDevice(ana),
    await openDevice(ben),
    await openDevice(cleo),
    await openDevice(mallory!),
  ];
  devices = { phone, laptop, bens, cleos, stranger };
});
afterAll(async () => {
  for (const device of all()) device.stop();
  for (const { person } of all()) person.leave();
});

const picture = async () => {
  const create = { width: 8, height: 8, channels: 3, background: 'red' } as const;
  const bytes = await sharp({ create }).png().toBuffer();
  return new Blob([new Uint8Array(bytes)], { type: 'image/png' });
};

const lastIn = ({ id }: Conversation) => devices.phone.get().logs[id]!.messages.at(-1)!;

const changes: [name: string, act: () => Promise<unknown> | void][] = [
  [
    'a direct conversation is begun',
    async () => {
      direct = await devices.phone.actions.startDirect(ben.id);
      await openOn(direct.id, devices.phone);
    },
  ],
  [
    'a group is created',
    async () => {
      group = await devices.phone.actions.createGroup('Garden', [ben.id], newClientId());
      await expect.poll(() => devices.bens.get().conversations[group.id]).toBeDefined();
      await openOn(group.id, devices.phone, devices.bens);
    },
  ],
  ['a message is sent', () => devices.phone.actions.send(group.id, 'one')],
  ['another by a device without the log', () => devices.laptop.actions.send(group.id, 'two')],
  ['another by somebody else', () => devices.bens.actions.send(group.id, 'three')],
  ['the first of a direct conversation', () => devices.phone.actions.send(direct.id, 'hello')],
  ['it is read', () => devices.bens.actions.markRead(direct.id)],
  ['the group is read', () => devices.phone.actions.markRead(group.id)],
  [
    'a message is edited',
    () => devices.bens.actions.editMessage(lastIn(group), 'three, and better'),
  ],
  ['a message is sent to be deleted', () => devices.bens.actions.send(group.id, 'four')],
  [
    'an unread message is deleted for everyone',
    () => devices.bens.actions.deleteMessage(lastIn(group), 'everyone'),
  ],
  ['the last is sent', () => devices.bens.actions.send(group.id, 'five')],
  [
    'a message is deleted for oneself',
    () => devices.phone.actions.deleteMessage(lastIn(group), 'me'),
  ],
  [
    'the group is renamed',
    () =>
      devices.phone.actions.updateConversation({ conversationId: group.id, title: 'The garden' }),
  ],
  [
    'a conversation is muted, pinned and archived',
    () =>
      devices.phone.actions.updateConversation({
        conversationId: group.id,
        mutedUntil: '2100-01-01T00:00:00.000Z',
        pinned: true,
        archived: true,
      }),
  ],
  [
    'somebody is added',
    async () => {
      await devices.phone.actions.addMembers(group.id, [cleo.id], 25);
      await expect.poll(() => devices.cleos.get().conversations[group.id]).toBeDefined();
      await openOn(group.id, devices.cleos);
    },
  ],
  ['somebody becomes an admin', () => devices.phone.actions.setRole(group.id, ben.id, 'admin')],
  ['the new member writes', () => devices.cleos.actions.send(group.id, 'six')],
  ['a profile changes', () => devices.bens.actions.updateAccount({ displayName: 'Benjamin' })],
  ['somebody shows a picture', async () => devices.bens.actions.setPicture(await picture())],
  [
    'the group has a picture',
    async () => devices.phone.actions.setPicture(await picture(), group.id),
  ],
  ['the group has none any more', () => devices.bens.actions.setPicture(null, group.id)],
  [
    'reading is hidden',
    () => devices.bens.actions.updateAccount({ privacy: { readReceipts: false } }),
  ],
  ['another is sent', () => devices.phone.actions.send(direct.id, 'hello again')],
  ['it is read out of sight', () => devices.bens.actions.markRead(direct.id)],
  ['a member is removed', () => devices.bens.actions.removeMember(group.id, cleo.id)],
  ['it goes on without them', () => devices.bens.actions.send(group.id, 'seven')],
  ['the group has another owner', () => devices.phone.actions.setRole(group.id, ben.id, 'owner')],
  ['a member leaves', () => devices.phone.actions.leave(group.id)],
  ['it goes on without them as well', () => devices.bens.actions.send(group.id, 'eight')],
];

it.each(changes)('%s', async (_, act) => {
  const before = shown(await devices.phone.fetched());
  const others = shown(await devices.bens.fetched());
  await act();
  await expect
    .poll(() => all().flatMap(({ get }) => Object.values(get().outbox).flat()))
    .toEqual([]);
  await expectApplied();
  const changed =
    JSON.stringify([before, others]) !==
    JSON.stringify([shown(await devices.phone.fetched()), shown(await devices.bens.fetched())]);
  expect(changed).toBe(true);
});

it('somebody deletes the account', async () => {
  const { phone, laptop } = devices;
  await ben.done('POST', '/users/me/delete', { password });
  for (const { get, fetched } of [phone, laptop])
    await vi.waitFor(async () => expect(shown(get())).toEqual(shown(await fetched())), {
      timeout: 30_000,
      interval: 200,
    });
  expect(phone.get().conversations[direct.id]).toMatchObject({
    title: deletedName,
    peer: { deleted: true },
  });
});

it('a stranger hears nothing of all this', () => {
  expect(devices.stranger.events.map(({ event }) => event)).toEqual(['ready']);
  expect(devices.stranger.get().conversations).toEqual({});
});
