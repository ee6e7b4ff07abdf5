import { copyFileSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTool } from '../backup/tools.ts';
import { startServer } from '../support/server.ts';
import { bubble, expect, row, say, test, tick, still } from './people.ts';

test.slow();
test.use(still);

test('after a backup was restored, pages and copies show what the server has', async ({
  server,
  signUp,
}) => {
  const ben = await signUp('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Kept');
  await row(ben, /Ana Prado/).click();
  await expect(tick(ana, 'Kept', 'Read')).toBeVisible();
  const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-'));
  const archive = path.join(directory, 'backup.archive');
  await runTool('export', archive, '--data', server.dataDir);

  await say(ana, 'After the backup');
  await say(ana, 'And one more');
  await expect(tick(ana, 'And one more', 'Read')).toBeVisible();
  await server.kill('SIGTERM');
  copyFileSync(path.join(server.dataDir, 'session-secret'), path.join(directory, 'session-secret'));
  await runTool('import', archive, '--data', directory);
  const again = await startServer({ PORT: new URL(server.url).port }, directory);

  for (const guest of [ana, ben]) {
    await expect(bubble(guest, 'And one more')).toHaveCount(0, { timeout: 60_000 });
    await expect(bubble(guest, 'Kept')).toBeVisible();
  }
  // It takes the number that a lost message had.
  await say(ana, 'It goes on');
  await expect(bubble(ben, 'It goes on')).toBeVisible();
  await expect(tick(ana, 'It goes on', 'Read')).toBeVisible();
  await expect(bubble(ana, 'After the backup')).toHaveCount(0);
  await again.stop();
});
