import { parseArgs } from 'node:util';
import { startEmbeddedMongo } from './index.ts';

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
const store = await startEmbeddedMongo({
  directory: data,
  listen: socket === undefined ? { port: Number(port) } : { socket },
  onLog: (level, message, detail) => console.error(level, message, detail ?? ''),
}).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
console.log(socket ? `listening on ${socket}` : store.uri);

process.once('SIGTERM', () => void store.close());
process.once('SIGINT', () => void store.close());
