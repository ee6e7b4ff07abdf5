import { compactStore } from '#lib/embedded-mongo/compact.ts';
import { directoryOf, parseArguments, runTool } from './places.ts';

// npm run db:compact [-- --data DIRECTORY]
await runTool('db:compact', async () => {
  const directory = directoryOf(parseArguments(process.argv.slice(2)).place);
  const { bytesBefore, bytesAfter } = await compactStore(directory);
  const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return `Compacted ${directory} from ${megabytes(bytesBefore)} to ${megabytes(bytesAfter)}.`;
});
