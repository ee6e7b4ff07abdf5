import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDirect, register } from '../../bench/chat/api.ts';
import { createCommands } from '../../bench/chat/generator/commands.ts';
import { startSide, type Side } from '../../bench/chat/servers.ts';
import { noReceipts, rolesOf } from '../../bench/chat/workload.ts';

const scratch = mkdtempSync(join(tmpdir(), 'gatherly-bench-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** One person writes to another, two hundred times or more; `missing` may have to be waited for. */
async function exchange(side: Side, fault?: string) {
  const server = await startSide(side, { scratch, ...(fault !== undefined && { fault }) });
  const commands = createCommands();
  try {
    const { url } = server;
    const people = await register(url, 2);
    const conversation = await createDirect(url, people[0]!, people[1]!);
    const streams = [{ id: 3, conversation, sender: 0, receivers: [1] }];
    const roles = rolesOf(people, streams);
    await commands.connect({ url, roles, streams, habits: noReceipts, atOnce: 2 });
    commands.begin({});
    const style = { bytes: 100, isTyping: false };
    commands.load({ streams: [3], pattern: { kind: 'closed', window: 4 }, style });
    const sent = () => commands.sent({}).sent[0]!.next;
    await expect.poll(sent).toBeGreaterThan(200);
    commands.halt({});
    await expect.poll(() => commands.sent({}).waiting).toBe(0);
    const wrong = missingOf(sent(), fault);
    await expect.poll(() => commands.missing(commands.sent({}))).toBe(wrong);
    return { sent: sent(), wrong, ...commands.end({}), faults: commands.faults({}) };
  } finally {
    commands.close({});
    await server.stop();
  }
}

/** The reference is wrong at every twentieth message. A swapped one waits for the next. */
function missingOf(sent: number, fault?: string): number {
  if (fault === 'drop') return Math.floor(sent / 20);
  return fault === 'swap' && sent % 20 === 0 ? 1 : 0;
}

describe('the generator', () => {
  it.each<Side>(['memory', 'durable'])(
    'finds nothing wrong with the %s reference',
    async (side) => {
      const { sent, confirmed, delivered, faults } = await exchange(side);
      expect([confirmed, delivered]).toEqual([sent, sent]);
      expect(Object.values(faults).every((count) => count === 0)).toBe(true);
    },
  );

  it('notices a server that loses messages', async () => {
    const { wrong, delivered, sent } = await exchange('memory', 'drop');
    expect(wrong).toBeGreaterThan(0);
    expect(delivered).toBe(sent - wrong);
  });

  it('notices a server that sends messages twice', async () => {
    const { faults } = await exchange('memory', 'double');
    expect(faults.doubled).toBeGreaterThan(0);
  });

  it('notices a server that swaps messages', async () => {
    const { faults } = await exchange('durable', 'swap');
    expect(faults.reordered).toBeGreaterThan(0);
  });
});
