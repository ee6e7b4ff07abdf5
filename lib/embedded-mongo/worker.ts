import { parentPort, workerData } from 'node:worker_threads';
import type { Log } from './commands.ts';
import { startServer } from './server.ts';

/** What the worker tells the thread that started it. */
export type WorkerMessage =
  | { kind: 'ready' }
  | { kind: 'closed' }
  | { kind: 'failed'; message: string }
  | { kind: 'log'; level: Parameters<Log>[0]; message: string; detail?: object };

export interface WorkerSettings {
  file: string;
  socket: string;
}

const port = parentPort!;
const tell = (message: WorkerMessage): void => port.postMessage(message);
const log: Log = (level, message, detail) =>
  tell({ kind: 'log', level, message, ...(detail && { detail }) });

// When the disk fails, lmdb rejects promises of its own besides the one that is handled.
process.on('unhandledRejection', (reason) => {
  const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  const isCommit = /commit|input\/output|no space|MDB_/i.test(text);
  if (!isCommit) throw reason;
  log('error', 'The embedded store could not write to its disk.', { error: text });
});

const { file, socket } = workerData as WorkerSettings;
try {
  const server = await startServer({ file, listen: { socket }, log });
  port.once('message', () => {
    void server.close().then(() => {
      tell({ kind: 'closed' });
      port.close();
    });
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}
