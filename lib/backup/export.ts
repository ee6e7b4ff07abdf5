import { BackupError } from './archive.ts';
import { parseArguments, Progress, runTool } from './places.ts';
import { openSource } from './sources.ts';
import { writeArchive } from './write-archive.ts';

// npm run db:export -- --out FILE [--uri URI | --data DIRECTORY] [--gzip]
await runTool('db:export', async () => {
  const { place, file, gzip } = parseArguments(process.argv.slice(2), ['out', 'gzip']);
  if (file === undefined) throw new BackupError('name the file to write: --out FILE');
  const source = await openSource(place);
  try {
    const progress = new Progress();
    const onDocument = (namespace: string): void => progress.add(namespace);
    const count = await writeArchive(source, file, { gzip, onDocument });
    progress.end();
    return `Exported ${count} documents of ${source.collections.length} collections to ${file}.`;
  } finally {
    await source.close();
  }
});
