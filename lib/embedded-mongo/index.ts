import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ownDirectory } from './owner.ts';
import { inWords } from './unusable.ts';
import type { WorkerMessage, WorkerSettings } from './worker.ts';

export interface EmbeddedMongo {
  /** For the ordinary driver and Mongoose. */
  uri: string;
  /** Stops taking commands, finishes what is under way, syncs and closes. */
  close(): Promise<void>;
}

interface EmbeddedMongoOptions {
  directory: string;
  /** Where to listen instead of on a socket in the directory: on another one, or on a port of loopback. */
  listen?: WorkerSettings['listen'];
  onLog?: (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;
}

const firstRestartMs = 100;
const longestRestartMs = 10_000;
/** A worker that held this long is not in a loop of crashes. */
const steadyMs = 60_000;

/** Starts the store of a directory in a thread of its own, and starts it again if it crashes. */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
  const { directory, onLog = () => {} } = options;
  await makeDirectory(directory);
  const owner = await ownDirectory(directory);
  const listen = options.listen ?? { socket: join(owner.path, 'store.sock') };
  const supervisor = new Supervisor({ file: join(directory, 'store.lmdb'), listen }, onLog);
  let port: number | undefined;
  try {
    port = await supervisor.start();
  } catch (error) {
    await owner.release();
    throw error;
  }
  return {
    uri: 'socket' in listen ? uriOf(listen.socket) : `mongodb://127.0.0.1:${port}`,
    async close() {
      await supervisor.close();
      await owner.release();
    },
  };
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    if (await mkdir(directory, { recursive: true, mode: 0o700 })) await chmod(directory, 0o700);
  } catch (error) {
    throw inWords(directory, error);
  }
}

export const uriOf = (socket: string): string =>
  `mongodb://${encodeURIComponent(socket)}/gatherly?directConnection=true`;

/** Keeps one worker running on the same socket or port, to which the driver reconnects by itself. */
class Supervisor {
  private worker: Worker | undefined;
  private restart: NodeJS.Timeout | undefined;
  private waitMs = firstRestartMs;
  private closing: Promise<void> | undefined;

  constructor(
    private settings: WorkerSettings,
    private readonly onLog: NonNullable<EmbeddedMongoOptions['onLog']>,
  ) {}

  /** Resolves with its port, if it has one, once the store answers. */
  start(): Promise<number | undefined> {
    const startedAt = Date.now();
    const worker = startWorker(this.settings);
    this.worker = worker;
    return new Promise((resolve, reject) => {
      let isReady = false;
      let reason = 'it ended without a word';
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'log') this.onLog(message.level, message.message, message.detail);
        else if (message.kind === 'failed') reason = message.message;
        else if (message.kind === 'ready') {
          isReady = true;
          const { port } = message;
          // Another one that is started later has to be found where this one was.
          if (port !== undefined) this.settings = { ...this.settings, listen: { port } };
          resolve(port);
        }
      });
      worker.on('error', (error) => (reason = String(error)));
      worker.on('exit', () => {
        this.worker = undefined;
        if (!isReady) reject(new Error(`The embedded store could not start: ${reason}`));
        else if (!this.closing) this.startAgain(reason, Date.now() - startedAt);
      });
    });
  }

  close(): Promise<void> {
    this.closing ??= this.stop();
    return this.closing;
  }

  private async stop(): Promise<void> {
    clearTimeout(this.restart);
    const { worker } = this;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window.
    worker.postMessage('close');
    await ended;
  }

  private startAgain(reason: string, livedMs: number): void {
    this.waitMs = livedMs > steadyMs ? firstRestartMs : this.waitMs;
    this.onLog('error', 'The embedded store crashed and is started again.', {
      reason,
      inMs: this.waitMs,
    });
    this.restart = setTimeout(() => {
      this.start().catch((error: unknown) => {
        if (!this.closing) this.startAgain(String(error), 0);
      });
    }, this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, longestRestartMs);
  }
}

/** A build has the worker bundled beside this module; from the sources it runs through tsx. */
function startWorker(settings: WorkerSettings): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = isSource ? './worker-from-source.mjs' : './embedded-mongo-worker.mjs';
  return new Worker(new URL(entry, import.meta.url), { workerData: settings, execArgv: [] });
}
