import { build, isStale } from './build.mjs';

// `npm start`: what is served is never older than the sources.
if (isStale()) {
  console.log('Building Gatherly; this takes a minute.');
  await build({ quiet: true });
}
process.env.NODE_ENV = 'production';
await import('../../dist/server.mjs');
