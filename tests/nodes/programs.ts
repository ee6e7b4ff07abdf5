import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// What the tests start besides Gatherly. None of it outlives them.

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a program that says nothing; `answers` tells when it is there, or why it is not. */
export function start(
  name: string,
  program: string,
  options: string[],
  cwd: string,
  settings: Record<string, string> = {},
): ChildProcess {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...settings };
  const child = spawn(program, options, { cwd, env, stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', (error: NodeJS.ErrnoException) => {
    failures.set(child, error.code === 'ENOENT' ? `${name} is not installed` : error.message);
  });
  return child;
}

/** Why a program could not be started. */
const failures = new WeakMap<ChildProcess, string>();

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Resolves when somebody listens on this port of 127.0.0.1. @throws when the program has ended. */
export async function answers(port: string, child: ChildProcess): Promise<void> {
  for (;;) {
    const failure = failures.get(child);
    if (failure) throw new Error(`${failure}: these tests need redis-server and nginx`);
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended: ${child.exitCode}`);
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
      socket.unref();
    });
    if (isThere) return;
    await delay(50);
  }
}

const examples = path.resolve('docs', 'deploy', 'examples');

/** What every server block has that leads to Gatherly. */
export const proxyConf = path.join(examples, 'nginx', 'proxy.conf');

/** One of the examples that people are given, with something else in these places. @throws when it has not all of them. */
export function exampleWith(name: string, places: Record<string, string>): string {
  let text = readFileSync(path.join(examples, name), 'utf8');
  for (const [given, wanted] of Object.entries(places)) {
    if (!text.includes(given)) throw new Error(`${name} has no ${given}`);
    text = text.replaceAll(given, wanted);
  }
  return text;
}

/** Starts nginx by this nginx.conf, with the files that it writes in `directory`; resolves when it listens on `port`. */
export async function startNginx(
  directory: string,
  port: string,
  conf: string,
): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true });
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = places.map((place) => `${place}_temp_path ${directory}/${place};`);
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const head = `${user} daemon off; pid ${directory}/nginx.pid; error_log ${directory}/error.log;\n`;
  const whole = head + conf.replace('http {', `http {\n${paths.join('\n')}`);
  writeFileSync(path.join(directory, 'nginx.conf'), whole);
  const child = start('nginx', 'nginx', ['-p', directory, '-c', 'nginx.conf'], directory);
  await answers(port, child);
  return () => end(child, 'SIGTERM');
}
