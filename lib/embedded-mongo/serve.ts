import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ownDirectory } from './owner.ts';
import { startServer } from './server.ts';

// Serves a store by itself, for tools and tests:
//   node --import tsx lib/embedded-mongo/serve.ts --data DIRECTORY (--port NUMBER | --socket PATH)
const { values } = parseArgs({
  options: { data: { type: 'string' }, port: { type: 'string' }, socket: { type: 'string' } },
});
const { data, port, socket } = values;
if (!data || (port === undefined) === (socket === undefined)) {
  console.error('usage: serve.ts --data DIRECTORY (--port NUMBER | --socket PATH)');
  process.exit(2);
}
await mkdir(data, { recursive: true, mode: 0o700 });
const owner = await ownDirectory(data).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
const server = await startServer({
  file: join(data, 'store.lmdb'),
  listen: socket === undefined ? { port: Number(port) } : { socket },
  log: (level, message, detail) => console.error(level, message, detail ?? ''),
});
console.log(socket ? `listening on ${socket}` : `mongodb://127.0.0.1:${server.port}`);

async function stop(): Promise<void> {
  await server.close();
  await owner.release();
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
