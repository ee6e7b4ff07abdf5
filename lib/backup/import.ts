import { BackupError } from './archive.ts';
import { importArchive } from './import-archive.ts';
import { connectTo, parseArguments, Progress, runTool } from './places.ts';

// npm run db:import -- FILE [--uri URI | --data DIRECTORY] [--db NAME] [--merge]
await runTool('db:import', async () => {
  const { place, file, database, merge } = parseArguments(process.argv.slice(2), ['db', 'merge']);
  if (file === undefined) throw new BackupError('name the file to read');
  const progress = new Progress();
  const { inserted, present, databases } = await importArchive(file, () => connectTo(place), {
    database,
    merge,
    onDocument: (namespace) => progress.add(namespace),
  });
  progress.end();
  const where = databases.length > 0 ? ` into ${databases.join(', ')}` : '';
  const kept =
    present === 0
      ? ''
      : present === 1
        ? '; 1 was there already and is as it was'
        : `; ${present} were there already and are as they were`;
  return `Imported ${inserted === 1 ? '1 document' : `${inserted} documents`}${where}${kept}.`;
});
