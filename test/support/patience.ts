import { vi } from 'vitest';

// A second is what Vitest waits by default, and a busy machine needs more.
const { waitFor } = vi;
vi.waitFor = (look, options = 60_000) => waitFor(look, options);
