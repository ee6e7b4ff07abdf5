import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptSecret } from '#lib/auth/secret.ts';
import { scriptFile } from '../support/scripts.ts';

let directory: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = path.join(fs.mkdtempSync(path.join(tmpdir(), 'gatherly-secret-')), 'not', 'there');
});
afterEach(() => {
  // Where the test has failed, they would spin for ever.
  for (const child of children.splice(0)) child.kill('SIGKILL');
  fs.rmSync(path.join(directory, '..', '..'), { recursive: true, force: true });
});

const file = () => path.join(directory, 'session-secret');
const modeOf = (name: string) => fs.statSync(name).mode & 0o777;

describe('the kept secret', () => {
  it('is made once, long, and for the owner only', () => {
    const secret = keptSecret(directory);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(keptSecret(directory)).toBe(secret);
    expect(modeOf(file())).toBe(0o600);
    expect(fs.readdirSync(directory)).toEqual(['session-secret']);
  });

  it('is closed again when others could read it', () => {
    const secret = keptSecret(directory);
    fs.chmodSync(file(), 0o644);
    expect(keptSecret(directory)).toBe(secret);
    expect(modeOf(file())).toBe(0o600);
  });

  it('that is damaged stops the start with one line that says where', () => {
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(file(), '\n');
    expect(() => keptSecret(directory)).toThrow(`SESSION_SECRET: ${file()} is damaged`);
  });

  it('is the same for processes that start at the same moment', async () => {
    const start = path.join(directory, '..', '..', 'start');
    const outputs = Array.from({ length: 4 }, () => {
      const args = [scriptFile('secret-process'), directory, start];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    });
    const nextLines = async () =>
      (await Promise.all(outputs.map((lines) => lines.next()))).map(({ value }) => value as string);
    expect(new Set(await nextLines())).toEqual(new Set(['ready']));
    fs.writeFileSync(start, '');
    expect(new Set(await nextLines())).toEqual(new Set([keptSecret(directory)]));
    expect(fs.readdirSync(directory)).toEqual(['session-secret']);
  });
});
