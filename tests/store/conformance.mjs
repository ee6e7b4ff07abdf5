// Runs MongoDB's driver specification tests (unified format) through the ordinary driver:
//   node tests/store/conformance.mjs DIRECTORY [--uri URI] [--only REGEX] [--strict] [--list-skips]
// DIRECTORY: a checkout of mongodb/specifications, or any folder or file below it. Without a URI
// the embedded store is started in a temporary directory. What the store refuses by its codes is
// skipped; --strict makes that a failure. The databases the tests name are dropped and rewritten.
// Ends with status 1 when a test failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BSON, MongoClient } from 'mongodb';
import { runTest } from './conformance/perform.mjs';
import { reasonToSkip } from './conformance/requirements.mjs';
import { Skip } from './conformance/values.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

/** Starts the embedded store for these tests alone. */
async function startStore() {
  const data = mkdtempSync(join(tmpdir(), 'gatherly-spec-'));
  const script = fileURLToPath(new URL('../../lib/embedded-mongo/serve.ts', import.meta.url));
  const args = ['--import', 'tsx', script, '--data', data, '--port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [uri] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  if (typeof uri !== 'string') throw new Error('The embedded store did not start.');
  return {
    uri,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function* jsonFiles(path) {
  if (statSync(path).isFile()) {
    if (path.endsWith('.json')) yield path;
    return;
  }
  const leftOut = ['node_modules', 'invalid', 'valid-fail'];
  for (const name of readdirSync(path).sort()) {
    if (!leftOut.includes(name)) yield* jsonFiles(join(path, name));
  }
}

/** The test files below a path; other JSON files lie among them. */
function* testFiles(directory) {
  for (const path of jsonFiles(directory)) {
    let file;
    try {
      file = BSON.EJSON.parse(readFileSync(path, 'utf8'), { relaxed: false });
    } catch {
      continue;
    }
    if (!file.schemaVersion || !Array.isArray(file.tests)) continue;
    yield { name: relative(directory, path) || basename(path), file };
  }
}

async function serverAt(admin, uri) {
  const db = admin.db('admin');
  const hello = await db.command({ hello: 1 });
  const { version } = await db.command({ buildInfo: 1 });
  const kind = hello.setName ? 'replicaset' : 'single';
  return {
    version,
    topology: hello.msg === 'isdbgrid' ? 'sharded' : kind,
    auth: /\/\/[^/@]+@/.test(uri),
    parameters: await db.command({ getParameter: '*' }).catch(() => ({})),
  };
}

/** Runs one test and tells why it was skipped, or how it failed. */
async function outcomeOf(file, test, { server, isStrict, ...target }) {
  const skipped = reasonToSkip(file, test, server);
  if (skipped) return { skipped };
  try {
    await runTest(file, test, target);
    return {};
  } catch (error) {
    if (error instanceof Skip) {
      return { skipped: `not implemented by this runner: ${error.message}` };
    }
    if (error.refused && !isStrict) return { skipped: error.refused };
    return { failed: String(error.message).split('\n')[0] };
  }
}

async function runAll(directory, uri, { only, strict, 'list-skips': listSkips }) {
  const admin = await new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 }).connect();
  const server = await serverAt(admin, uri);
  say(`server ${server.version}, topology ${server.topology}`);
  const pattern = new RegExp(only ?? '', 'i');
  const skips = new Map();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, file } of testFiles(directory)) {
    for (const test of file.tests) {
      const title = `${name}: ${test.description}`;
      if (!pattern.test(title)) continue;
      const target = { admin, uri, server, isStrict: strict };
      const { skipped, failed } = await outcomeOf(file, test, target);
      counts[skipped ? 'skipped' : failed ? 'failed' : 'passed']++;
      if (skipped) skips.set(skipped, [...(skips.get(skipped) ?? []), title]);
      if (failed) say(`FAIL ${title}\n     ${failed}`);
    }
  }
  await admin.close();
  for (const [reason, titles] of [...skips].sort(([, a], [, b]) => b.length - a.length)) {
    say(`skipped ${titles.length}: ${reason}`);
    if (listSkips) titles.forEach((title) => say(`     ${title}`));
  }
  say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    uri: { type: 'string' },
    only: { type: 'string' },
    strict: { type: 'boolean', default: false },
    'list-skips': { type: 'boolean', default: false },
  },
});
const [directory] = positionals;
if (!directory) {
  say('usage: conformance.mjs DIRECTORY [--uri URI] [--only REGEX] [--strict] [--list-skips]');
  process.exit(2);
}
const store = values.uri ? undefined : await startStore();
try {
  const counts = await runAll(directory, values.uri ?? store.uri, values);
  const isEmpty = counts.passed + counts.failed + counts.skipped === 0;
  if (isEmpty) say('There is no test.');
  process.exitCode = counts.failed > 0 || isEmpty ? 1 : 0;
} finally {
  await store?.stop();
}
