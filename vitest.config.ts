import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Inherited by every worker, and by the hubs that tests start: packages that were compiled once are not compiled again.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/vitest');

/** What boots a server, an emulator or a process, wherever it stands. */
const INTEGRATION = '**/*.int.test.ts';

/** The SDK reads once in its life where it finds the trace that this test gives it. */
const ALONE = 'sandbox/runtime/queues.int.test.ts';

/** Of tests that boot something: much of their time they wait, for others and for each other. */
const patient = {
  maxWorkers: 5,
  setupFiles: ['test/support/patience.ts'],
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 60_000 } },
};

/** They take a quarter of a minute and more, the longest first: begun last, each would end alone. */
const LONGEST = [
  ...['test/conformance/after-placement.test.ts', 'test/prove.test.ts', 'test/privacy.test.ts', 'test/browser/'],
  ...['test/new-marketplace.test.ts', 'test/replay-crash.test.ts', 'test/infrastructure/infrastructure.test.ts'],
  ...['test/outage.test.ts', 'test/story.test.ts', 'test/rotation.test.ts', 'test/bundles.test.ts'],
  ...['test/marketplaces/sello', 'test/cli.test.ts', 'test/receive-fuzz.test.ts', 'test/scale.test.ts'],
  ...['test/ucp.test.ts', 'test/shards.test.ts', 'test/examples.test.ts', 'test/agents.test.ts'],
  ...['test/dialects.test.ts', 'test/infrastructure/'],
];

/** A worker is kept for the next file of its project alone, and one that is begun anew reads all packages again. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => [...LONGEST, ''].findIndex((path) => moduleId.includes(path));
    const projects = Map.groupBy(await super.sort(files), ({ project }) => project.name);
    return [...projects.values()].flatMap((own) => own.sort((a, b) => place(a) - place(b)));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/one-folder.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: [
            '{lib,functions,events,sandbox,cli,bench,client,console}/**/*.test.ts',
            'test/conformance/**/*.test.ts',
          ],
          exclude: [INTEGRATION],
          setupFiles: ['test/support/boots-nothing.ts'],
          // Threads that keep what they have imported: most of a unit test's time is loading the same modules.
          pool: 'threads',
          maxWorkers: 2,
          isolate: false,
          // No test is to fail because others keep the machine busy.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'api',
          sequence: { groupOrder: 1 },
          include: ['test/api/**/*.test.ts'],
          // Each file finds the modules and the emulators of the one before, and nothing in their table and queues.
          isolate: false,
          ...patient,
        },
      },
      {
        test: {
          name: 'alone',
          sequence: { groupOrder: 1 },
          include: [ALONE],
          ...patient,
        },
      },
      {
        test: {
          name: 'whole',
          globalSetup: ['test/support/build-console.ts'],
          sequence: { groupOrder: 1 },
          include: ['test/**/*.test.ts', INTEGRATION],
          exclude: ['test/conformance/**', 'test/api/**', ALONE],
          // Each file finds the packages of the one before, and reads the hub's own modules anew.
          isolate: false,
          ...patient,
          setupFiles: [...patient.setupFiles, 'test/support/fresh-modules.ts'],
        },
      },
    ],
  },
});
