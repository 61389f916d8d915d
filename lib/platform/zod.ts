import { en } from 'zod/locales';
import { config } from 'zod/mini';

// Mini loads in a fifth of the time and has no messages: without these every refusal reads "Invalid input".
config(en());

export * from 'zod/mini';
