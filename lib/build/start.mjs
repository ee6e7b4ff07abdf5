import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { build, isStale } from './build.mjs';

// `npm start`: what is served is never older than the sources.
if (isStale()) {
  for (const file of ['.env.local', '.env']) if (existsSync(file)) process.loadEnvFile(file);
  const port = Number(process.env.PORT || 5000);
  // A server that runs from here would lose its pages under its feet.
  if (port > 0 && port <= 65_535 && (await isTaken(port))) {
    console.error(`Gatherly cannot start: PORT: ${port} is in use by another program`);
    process.exit(1);
  }
  console.log('Building Gatherly; this takes a minute.');
  await build({ quiet: true });
}

// npm starts this through a shell, which does not pass SIGTERM on: it goes, and we would stay.
if (process.env.npm_lifecycle_event) {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

process.env.NODE_ENV = 'production';
await import('../../dist/server.mjs');

function isTaken(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
