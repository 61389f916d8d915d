import { afterAll, vi } from 'vitest';

// The packages stay for the next file. It reads the hub's own modules anew, as these hold what is of the hub before, and
// finds the environment and the clock as this one found them.
vi.resetModules();
const environment = { ...process.env };

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
