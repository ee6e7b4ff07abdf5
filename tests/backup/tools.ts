import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

type Tool = 'export' | 'import' | 'check' | 'password';

/** Runs one of the tools in a process of its own, as an installation does. Its answer, or its failure. */
export const runTool = (tool: Tool, ...args: string[]): Promise<string> =>
  run(process.cwd(), new URL(`../../dist/${tool}.mjs`, import.meta.url), args);

/**
 * The same from another directory, whose `.env` it reads; and from the sources, as `npm run db:…` does where
 * they are, which compiles them at each start.
 */
export const runToolIn = (cwd: string, tool: Tool, ...args: string[]): Promise<string> =>
  run(cwd, new URL('../../lib/build/tool.mjs', import.meta.url), [tool, ...args]);

function run(cwd: string, script: URL, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [fileURLToPath(script), ...args],
      { cwd },
      (error, output, errors) => {
        if (error) reject(new Error(errors + output));
        else resolve(output);
      },
    );
  });
}
