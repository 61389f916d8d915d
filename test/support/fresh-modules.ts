import { afterAll, vi } from 'vitest';
import { keepEnvironment } from './environment.ts';

// The packages stay for the next file. It reads the hub's own modules anew, as these hold what is of the hub before, and
// finds the environment and the clock as this one found them.
vi.resetModules();
const restoreEnvironment = keepEnvironment();

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  restoreEnvironment();
});
