import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Long for a unit test: what properties check must not depend on how busy the machine is.
          testTimeout: 30_000,
          include: ['{lib,functions,events,sandbox,cli,bench}/**/*.test.ts', 'test/conformance/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: ['test/conformance/**'],
          // Most of it waits for processes of its own.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
