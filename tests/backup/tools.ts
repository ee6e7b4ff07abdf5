import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../lib/build/tool.mjs', import.meta.url));

type Tool = 'export' | 'import' | 'check' | 'password';

/** Runs one of the tools in a process of its own, as `npm run db:…` does. Its answer, or its failure. */
export const runTool = (tool: Tool, ...args: string[]): Promise<string> =>
  runToolIn(process.cwd(), tool, ...args);

/** The same from another directory, whose `.env` it reads. */
export function runToolIn(cwd: string, tool: Tool, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script, tool, ...args], { cwd }, (error, output, errors) => {
      if (error) reject(new Error(errors + output));
      else resolve(output);
    });
  });
}
