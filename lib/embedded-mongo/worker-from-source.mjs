// Runs the worker from its TypeScript source. The --import flag of tsx does nothing in workers.
// Tests name the one of the build they have made, as compiling would be most of each start.
const built = process.env.STORE_WORKER;
if (built) {
  await import(built);
} else {
  const { register } = await import('tsx/esm/api');
  register();
  await import('./worker.ts');
}
