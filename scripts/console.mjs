import { runCaptured } from './child.mjs';

/** Builds the console unless it is newer than its sources; with our own Node, which reads TypeScript. */
export async function buildConsole() {
  const { code, output } = await runCaptured('node', 'console/build.ts');
  if (code !== 0) throw new Error(`the console cannot be built:\n${output}`);
}
