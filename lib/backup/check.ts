import { checkStore } from '#lib/embedded-mongo/check.ts';
import { directoryOf, parseArguments, runTool } from './places.ts';

// npm run db:check [-- --data DIRECTORY]
await runTool('db:check', async () => {
  const directory = directoryOf(parseArguments(process.argv.slice(2)).place);
  const { collections, documents, indexEntries, faults } = await checkStore(directory, (line) =>
    process.stdout.write(`${line}\n`),
  );
  if (faults > 0) process.exitCode = 1;
  const found = faults === 0 ? 'no faults' : faults === 1 ? '1 fault' : `${faults} faults`;
  return `Checked ${documents} documents and ${indexEntries} index entries in ${collections} collections: ${found}.`;
});
