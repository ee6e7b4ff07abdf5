import { parseArgs } from 'node:util';
import { costs, recordCosts, type Kind } from './costs.ts';
import { habits } from './world.ts';
import { loadOf, type Design } from './loads.ts';

// `npm run bench:scale`: what a large deployment's nodes tell each other in its busiest hour. With
// --measure it measures the constants of that instead.

const { values } = parseArgs({
  options: {
    measure: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '1,3,10,30,100,300,1000' },
    people: { type: 'string', default: '10000' },
    hour: { type: 'string' },
    every: { type: 'string', default: String(costs.readEveryMs) },
  },
});

const kinds = Object.keys(recordCosts) as Kind[];
const busiestHour = habits.rateByHour.indexOf(Math.max(...habits.rateByHour));
const sample = { people: 50_000, messages: 25_000 };

function simulate(): void {
  const loads = values.nodes.split(',').map((nodes) =>
    loadOf({
      nodes: Number(nodes),
      peoplePerNode: Number(values.people),
      hour: Number(values.hour ?? busiestHour),
      readEveryMs: Number(values.every),
      seed: Number(values.seed),
      sample,
    }),
  );
  say('By the second. CPU in cores.\n');
  say(
    tableOf(
      ['nodes', 'connected', 'messages', 'records', ...kinds, 'concern a node', 'CPU for people'],
      loads.map((load) => [
        load.nodes,
        load.connected,
        load.messages,
        load.records,
        ...kinds.map((kind) => percent(load.written[kind] / load.records)),
        percent(load.concernedShare),
        load.own,
      ]),
    ),
  );
  for (const [design, name] of designs) {
    say(`\n${name}:\n`);
    say(
      tableOf(
        ['nodes', 'a node reads', 'its CPU for that', 'CPU of all Redis', 'MB out of all Redis'],
        loads.map(({ nodes, byDesign: { [design]: told } }) => [
          nodes,
          told.read,
          told.node,
          told.redis,
          told.bytes / 1e6,
        ]),
      ),
    );
  }
}

const designs: [Design, string][] = [
  ['one', 'One stream that all nodes read, as today'],
  ['hashed', '64 streams, each conversation in one; presence, beats and answers for all'],
  ['inbox', 'A stream for each node, with what concerns it'],
];

/** Rows as a table in Markdown. */
function tableOf(head: string[], rows: (string | number)[][]): string {
  const cells = rows.map((row) =>
    row.map((each) => (typeof each === 'number' ? amount(each) : each)),
  );
  const rule = head.map(() => '---');
  return [head, rule, ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const amount = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: value >= 1000 ? 3 : 2 });
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

if (values.measure) {
  const { measure } = await import('./measure.ts');
  await measure();
} else {
  simulate();
}
