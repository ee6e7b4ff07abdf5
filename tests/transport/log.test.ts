import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';

interface Line {
  level: number;
  msg?: string;
  requestId?: string;
  err?: { name: string; message: string; stack: string; code?: number; cause?: Line['err'] };
}

let written: string;
let lines: Line[];

beforeAll(() => {
  const file = fileURLToPath(new URL('log-process.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file], {
    env: { ...process.env, LOG_LEVEL: 'info' },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  written = stderr;
  lines = stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
});

const of = (msg: string) => lines.filter((line) => line.msg === msg);

it('tells of an error what it was, where, and what caused it', () => {
  const [line] = of('caused');
  expect(line?.err).toMatchObject({
    name: 'TypeError',
    message: 'wrapped',
    stack: expect.stringContaining('log-process.ts') as string,
    cause: {
      code: 11_000,
      message: 'E11000 duplicate key error index: email_1 dup key: …',
    },
  });
});

it('tells of a rejection and of an exception that nobody caught, and goes on', () => {
  expect(of('unhandledRejection')).toMatchObject([
    { level: 50, err: { message: 'not awaited', cause: { name: 'RangeError', message: 'deep' } } },
  ]);
  expect(of('uncaughtException')).toMatchObject([{ level: 50, err: { message: 'not caught' } }]);
  expect(of('still here')).toHaveLength(1);
});

it('has nothing in it that somebody wrote', () => {
  expect(written).not.toContain('rosebud');
});

it('has what libraries print in its own form, and a page’s error once', () => {
  expect(of('printed')).toMatchObject([
    { level: 50, err: { message: 'of a library' } },
    { level: 40, err: { message: 'deprecated 1' } },
  ]);
});

it('takes a refusal for information, an outage for a warning and a bug for an error', () => {
  const levels = Object.fromEntries(lines.map(({ requestId, level }) => [requestId, level]));
  expect(levels).toMatchObject({ refused: 30, away: 40, bug: 50 });
});

it('writes at most so many refusals in a second, and says how many it left out', () => {
  const storm = lines.filter(({ requestId }) => requestId?.startsWith('storm'));
  expect(storm.length).toBeGreaterThan(50);
  expect(storm.length).toBeLessThan(1_000);
});
