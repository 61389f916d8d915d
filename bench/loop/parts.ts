import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  nodes: Array<{ id: number; callFrame: { functionName: string; url: string } }>;
  samples: number[];
  timeDeltas: number[];
}

/** The part that a function belongs to, by its file; the first match counts. */
const PARTS: ReadonlyArray<readonly [part: string, of: RegExp]> = [
  ['AWS SDK', /node_modules\/(@aws-sdk|@smithy|@aws)\//],
  ['other packages', /node_modules\//],
  ['emulators', /\/sandbox\/aws\//],
  ['local runtime', /\/sandbox\//],
  ['hub: table', /\/lib\/platform\/table\//],
  ['hub: the rest', /\/(lib|events|functions)\//],
  ['Node', /^node:/],
];

/** CPU milliseconds by part, largest first, from the profiles in a folder; without waiting. */
export function partsOf(folder: string): Array<[part: string, ms: number]> {
  const parts = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
    const partBy = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
    for (const [index, id] of samples.entries()) {
      const part = partBy.get(id) ?? '';
      parts.set(part, (parts.get(part) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
    }
  }
  parts.delete('(idle)');
  return [...parts].sort(([, one], [, other]) => other - one);
}

function partOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string {
  // V8's names for itself and native code: (idle), (garbage collector), (program).
  if (url === '') return functionName.startsWith('(') ? functionName : 'native';
  return PARTS.find(([, of]) => of.test(url))?.[0] ?? 'else';
}
