import { afterEach, expect, test, vi } from 'vitest';
import { createTabs, type TabNews } from '#lib/client/tabs.ts';
import { ana, ben } from './support.ts';

afterEach(() => void vi.unstubAllGlobals());

const discarded: TabNews = { type: 'discarded', conversationId: 'c', clientId: 'd' };

test('tabs of one account hear each other, and nobody else does', async () => {
  const heard: string[] = [];
  const [first, second, other] = [createTabs(ana.id), createTabs(ana.id), createTabs(ben.id)];
  const arrived = new Promise<void>((resolve) => {
    first.start(() => heard.push('first'));
    other.start(() => heard.push('other'));
    second.start((news) => {
      heard.push(`second: ${news.type}`);
      resolve();
    });
  });
  first.tell(discarded);
  await arrived;
  expect(heard).toEqual(['second: discarded']);
  for (const tabs of [first, second, other]) tabs.stop();
});

test('without Web Locks it is every tab’s turn', () => {
  vi.stubGlobal('navigator', {});
  const [turn, lost] = [vi.fn(), vi.fn()];
  createTabs(ana.id).takeTurn({ turn, lost }).end();
  expect(turn).toHaveBeenCalledOnce();
  expect(lost).not.toHaveBeenCalled();
});

test('where tabs cannot hear each other it is every tab’s turn', () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('navigator', { locks: { request: () => new Promise(() => {}) } });
  const turn = vi.fn();
  createTabs(ana.id).takeTurn({ turn, lost: vi.fn() });
  expect(turn).toHaveBeenCalledOnce();
});

test('a browser that refuses Web Locks leaves no tab waiting', async () => {
  const request = () => Promise.reject(new DOMException('not here', 'SecurityError'));
  vi.stubGlobal('navigator', { locks: { request } });
  const turn = vi.fn();
  createTabs(ana.id).takeTurn({ turn, lost: vi.fn() });
  await expect.poll(() => turn).toHaveBeenCalledOnce();
});
