import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../lib/build/tool.mjs', import.meta.url));

/** Runs one of the tools in a process of its own, as `npm run db:…` does. Its answer, or its failure. */
export function runTool(
  tool: 'export' | 'import' | 'check' | 'password',
  ...args: string[]
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script, tool, ...args], (error, output, errors) => {
      if (error) reject(new Error(errors + output));
      else resolve(output);
    });
  });
}
