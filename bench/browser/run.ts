import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startServer } from '../../tests/support/server.ts';
import { machine } from '../store/table.ts';
import { measureList, openList } from './list.ts';
import { measureLog } from './log.ts';
import { heading, measureOn, type Row } from './measure.ts';
import { contextOf, launch, say } from './support.ts';
import { measureSwitching } from './switching.ts';
import { makeWorld } from './world.ts';

// Measures what the pages cost on a processor four times slower; ../README.md says how.
const { values: options } = parseArgs({
  options: {
    chats: { type: 'string', default: '2000' },
    messages: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'switch,log,list' },
    json: { type: 'string' },
  },
});
const parts = { switch: measureSwitching, log: measureLog, list: measureList };

const server = await startServer();
const browser = await launch();
const rows: Row[] = [];
try {
  const world = await makeWorld(server, Number(options.chats), Number(options.messages));
  const page = await (await contextOf(browser, world.ana)).newPage();
  await openList(page, world);
  say(`${machine()}; ${options.chats} conversations; ms on a processor four times slower\n`);
  say(heading);
  const measure = measureOn(page, Number(options.rounds), rows);
  for (const [name, run] of Object.entries(parts))
    if (options.only.split(',').includes(name)) await run(page, measure, world);
} finally {
  await browser.close();
  await server.stop();
}
if (options.json !== undefined)
  writeFileSync(options.json, JSON.stringify({ machine: machine(), ...options, rows }, null, 2));
