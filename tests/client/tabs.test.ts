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
  const onTurn = vi.fn();
  const end = createTabs(ana.id).takeTurn(onTurn);
  expect(onTurn).toHaveBeenCalledOnce();
  end();
});

test('a browser that refuses Web Locks leaves no tab waiting', async () => {
  const request = () => Promise.reject(new DOMException('not here', 'SecurityError'));
  vi.stubGlobal('navigator', { locks: { request } });
  const onTurn = vi.fn();
  createTabs(ana.id).takeTurn(onTurn);
  await vi.waitFor(() => expect(onTurn).toHaveBeenCalledOnce());
});
