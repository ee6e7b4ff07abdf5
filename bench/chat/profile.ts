import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

interface CpuProfile {
  /** Microseconds, on the clock of `nowUs`. */
  startTime: number;
  nodes: { id: number; callFrame: CallFrame }[];
  samples: number[];
  timeDeltas: number[];
}

interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

export interface Window {
  fromUs: number;
  toUs: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const most = 40;

/** Where the threads of a server spent the measured windows, from what --cpu-prof left in a directory. */
export function profileOf(directory: string, windows: readonly Window[]): string {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  const threads = files.map((name) => {
    const profile = JSON.parse(readFileSync(`${directory}/${name}`, 'utf8')) as CpuProfile;
    return `${name}\n\n${threadOf(profile, windows)}`;
  });
  return threads.join('\n\n');
}

function threadOf(profile: CpuProfile, windows: readonly Window[]): string {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byFunction = new Map<string, number>();
  const byFile = new Map<string, number>();
  let total = 0;
  let now = profile.startTime;
  const placeOf = placer();
  profile.samples.forEach((id, n) => {
    const took = profile.timeDeltas[n] ?? 0;
    now += took;
    const frame = frames.get(id);
    if (!frame || !windows.some(({ fromUs, toUs }) => now >= fromUs && now <= toUs)) return;
    total += took;
    const { file, owner = file, line } = placeOf(frame);
    const name = frame.functionName || '(anonymous)';
    add(byFunction, line === undefined ? name : `${name}  ${file}:${line}`, took);
    add(byFile, owner, took);
  });
  return [
    `self time by function, of ${(total / 1e6).toFixed(1)} s:`,
    ...linesOf(byFunction, total),
    '',
    'by file or package:',
    ...linesOf(byFile, total),
  ].join('\n');
}

const add = (map: Map<string, number>, key: string, value: number): void =>
  void map.set(key, (map.get(key) ?? 0) + value);

const linesOf = (times: Map<string, number>, total: number): string[] =>
  [...times]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([key, us]) => `${((us * 100) / total).toFixed(1).padStart(5)} %  ${key}`);

interface Place {
  file: string;
  /** The package, of a file that belongs to one. */
  owner?: string;
  line?: number;
}

/** Finds the source of what was bundled. */
function placer() {
  const maps = new Map<string, SourceMap | undefined>();
  return ({ url, lineNumber, columnNumber }: CallFrame): Place => {
    if (url === '') return { file: '(native)' };
    if (!url.startsWith('file:')) return { file: url, line: lineNumber + 1 };
    const path = fileURLToPath(url);
    if (!maps.has(path)) maps.set(path, mapOf(path));
    const entry = maps.get(path)?.findEntry(lineNumber, columnNumber);
    if (entry && 'originalSource' in entry) {
      return { file: entry.originalSource.replace(/^(\.\.\/)+/, ''), line: entry.originalLine + 1 };
    }
    const line = lineNumber + 1;
    const [, file] = path.split('/node_modules/');
    if (file === undefined) return { file: relative(root, path), line };
    const [scope = '', name = ''] = file.split('/');
    return { file, owner: scope.startsWith('@') ? `${scope}/${name}` : scope, line };
  };
}

function mapOf(path: string): SourceMap | undefined {
  if (!path.startsWith(`${root}dist/`)) return undefined;
  return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload);
}
