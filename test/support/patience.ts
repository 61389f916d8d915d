import { vi } from 'vitest';

// Vitest waits a second by default; a busy machine needs more.
const { waitFor } = vi;
vi.waitFor = (look, options = 60_000) => waitFor(look, options);
