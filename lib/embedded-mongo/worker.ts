import { parentPort, workerData } from 'node:worker_threads';
import type { Log } from './commands.ts';
import { surviveDiskErrors } from './disk-errors.ts';
import { startServer, type ServerOptions } from './server.ts';

/** What the worker tells the thread that started it. */
export type WorkerMessage =
  | { kind: 'ready'; port: number | undefined }
  | { kind: 'closed' }
  | { kind: 'failed'; message: string }
  | { kind: 'log'; level: Parameters<Log>[0]; message: string; detail?: object };

export type WorkerSettings = Pick<ServerOptions, 'file' | 'listen'>;

const port = parentPort!;
const tell = (message: WorkerMessage): void => port.postMessage(message);
const log: Log = (level, message, detail) =>
  tell({ kind: 'log', level, message, ...(detail && { detail }) });

surviveDiskErrors((error) =>
  log('error', 'The embedded store could not write to its disk.', { error }),
);

const { file, listen } = workerData as WorkerSettings;
try {
  const server = await startServer({ file, listen, log });
  port.once('message', () => {
    void server.close().then(() => {
      tell({ kind: 'closed' });
      port.close();
    });
  });
  tell({ kind: 'ready', port: server.port });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}
