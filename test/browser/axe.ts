import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Serious violations of all rules, or of one. */
export async function violationsOf(of: Page, only?: string): Promise<string[]> {
  // The page's own policy forbids foreign scripts, so the debugger runs this one.
  if (!(await of.evaluate(() => 'axe' in globalThis))) await of.evaluate(AXE);
  return of.evaluate(async (rule) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: Array<{ id: string; impact: string; nodes: Array<{ html: string }> }> }>;
      };
    };
    const { violations } = await axe.run({
      resultTypes: ['violations'],
      runOnly: rule === undefined ? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] : [rule],
    });
    return violations
      .filter(({ impact }) => /serious|critical/.test(impact))
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  }, only);
}
