import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestError } from '#lib/client/errors.ts';
import { createPresenceWatch } from '#lib/client/presence.ts';
import type { Command } from '#lib/client/socket.ts';
import { ben, cleo, createHolder, createServerSide, fresh, idOf } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createWatching() {
  const holder = createHolder(fresh(createServerSide().row()));
  const told: string[][] = [];
  let isOffline = false;
  const command = (async (_: string, { userIds }: { userIds: string[] }) => {
    if (isOffline) throw new RequestError('offline');
    told.push(userIds);
    const presences = userIds.map((userId) => ({ userId, online: true, lastSeenAt: null }));
    return { presences };
  }) as unknown as Command;
  const presence = createPresenceWatch({ ...holder, command });
  return { ...holder, presence, told, setOffline: (is: boolean) => (isOffline = is) };
}

const settled = () => vi.advanceTimersByTimeAsync(100);

test('everybody on screen is watched with one command, and shown as they are', async () => {
  const { presence, told, get } = createWatching();
  presence.watch([ben.id]);
  presence.watch([cleo.id, ben.id]);
  await settled();
  expect(told).toEqual([[ben.id, cleo.id]]);
  expect(get().people[ben.id]!.online).toBe(true);
  expect(get().conversations[createServerSide().id]!.peer!.online).toBe(true);
});

test('a person is watched until the last one who shows them lets go', async () => {
  const { presence, told } = createWatching();
  const first = presence.watch([ben.id]);
  const second = presence.watch([ben.id]);
  await settled();
  first();
  first();
  await settled();
  expect(told).toEqual([[ben.id]]);
  second();
  await settled();
  expect(told).toEqual([[ben.id], []]);
});

test('a new connection is told anew', async () => {
  const { presence, told, setOffline } = createWatching();
  setOffline(true);
  presence.watch([ben.id]);
  await settled();
  setOffline(false);
  presence.resume();
  await settled();
  presence.resume();
  await settled();
  expect(told).toEqual([[ben.id], [ben.id]]);
});

test('never more than 500, the latest on screen', async () => {
  const { presence, told } = createWatching();
  presence.watch(Array.from({ length: 600 }, (_, n) => idOf(n)));
  await settled();
  expect(told[0]).toHaveLength(500);
  expect(told[0]).toContain(idOf(599));
});
