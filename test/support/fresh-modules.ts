import { afterAll, vi } from 'vitest';
import { keepEnvironment } from './environment.ts';

// Packages stay loaded for the next file. The hub's own modules are loaded again, as they keep state of the last hub.
// The
// environment and the clock are restored.
vi.resetModules();
const restoreEnvironment = keepEnvironment();

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  restoreEnvironment();
});
