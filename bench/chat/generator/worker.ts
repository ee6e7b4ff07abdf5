import { createCommands, type Commands } from './commands.ts';

/** A command from the process that started this one, and what it is answered with. */
export interface Call {
  id: number;
  name: keyof Commands;
  input: object;
}
export type Result = { id: number; value: unknown } | { id: number; error: string };

const commands = createCommands();

async function resultOf({ id, name, input }: Call): Promise<Result> {
  try {
    const command = commands[name] as (input: object) => unknown;
    return { id, value: await command(input) };
  } catch (error) {
    return { id, error: (error as Error).stack ?? String(error) };
  }
}

process.on('message', (call: Call) => {
  void resultOf(call).then((result) => process.send?.(result));
});
process.once('disconnect', () => process.exit(0));
