import { BackupError } from './archive.ts';
import { importArchive } from './import-archive.ts';
import { connectTo, parseArguments, runTool } from './places.ts';

// npm run db:import -- FILE [--uri URI | --data DIRECTORY] [--db NAME]
await runTool('db:import', async () => {
  const { place, file, database } = parseArguments(process.argv.slice(2));
  if (file === undefined) throw new BackupError('name the file to read');
  const { inserted, present, databases } = await importArchive(
    file,
    () => connectTo(place),
    database,
  );
  const where = databases.length > 0 ? ` into ${databases.join(', ')}` : '';
  return `Imported ${inserted} documents${where}; ${present} were there already and are as they were.`;
});
