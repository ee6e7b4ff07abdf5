import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { deserialize } from 'bson';
import { expect, it } from 'vitest';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { openSnapshot } from '#lib/embedded-mongo/snapshot.ts';
import { temporaryDirectory } from '../store/support.ts';
import { scriptFile } from '../support/scripts.ts';
import { runTool } from './tools.ts';

it('exports one moment while messages are written: no batch is there in part', async () => {
  const temporary = await temporaryDirectory();
  const from = join(temporary.path, 'from');
  const writer = spawn(process.execPath, [scriptFile('export-while-writing'), from], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(createInterface({ input: writer.stdout }), 'line');
    const archives = [1, 2].map((round) => join(temporary.path, `${round}.archive`));
    for (const archive of archives) {
      const output = await runTool('export', '--data', from, '--out', archive);
      expect(output).toMatch(/^Exported \d+ documents of 1 collections/);
    }
    expect(writer.exitCode).toBeNull();
    writer.kill('SIGTERM');
    await once(writer, 'exit');
    expect((await checkStore(from, () => {})).faults).toBe(0);
    for (const archive of archives) {
      const to = `${archive}.imported`;
      await runTool('import', archive, '--data', to);
      await expectWholeBatches(to);
    }
  } finally {
    writer.kill('SIGKILL');
    await temporary.remove();
  }
}, 120_000);

async function expectWholeBatches(directory: string): Promise<void> {
  const snapshot = await openSnapshot(directory);
  const seqs = new Map<number, number[]>([1, 2, 3, 4].map((chat) => [chat, []]));
  for (const bytes of snapshot.collections[0]!.documents()) {
    const { chat, seq } = deserialize(bytes) as { chat: number; seq: number };
    seqs.get(chat)!.push(seq);
  }
  await snapshot.close();
  for (const found of seqs.values()) {
    expect(found.length).toBeGreaterThan(0);
    expect(found.length % 20).toBe(0);
    expect(found.sort((a, b) => a - b)).toEqual(found.map((_, i) => i + 1));
  }
}
