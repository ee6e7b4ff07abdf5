import { spawnSync } from 'node:child_process';

/** Whether this machine can watch and spoil what a process asks of the system. */
export const hasStrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
if (!hasStrace) process.stdout.write('What needs strace is not tried: it does not work here.\n');

const strace = (options: string): string[] => ['strace', '-f', '-qq', ...options.split(' ')];

/** Runs a program that is killed as it asks for the `when`-th time that the disk has its data. */
export const dyingAtSync = (when: number): string[] => [
  'env',
  'UV_THREADPOOL_SIZE=1',
  ...strace('-o /dev/null -e trace=fdatasync'),
  '-e',
  `inject=fdatasync:signal=SIGKILL:when=${when}`,
];

/** Runs a program and writes down, in order, what it reads, what it writes and when it syncs. */
export const watched = (file: string): string[] => [
  ...strace('-s 4096 -e trace=fdatasync,read,readv,write,writev'),
  '-o',
  file,
];
