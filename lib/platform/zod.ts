import { en } from 'zod/locales';
import { config, lazy, object } from 'zod/mini';

// Mini loads in a fifth of the time and has no messages: without these every refusal reads "Invalid input".
config(en());

export * from 'zod/mini';

/** An object whose members' schemas are built when it is first read: those of a vendor take 3 ms of a cold start. */
export const lazyObject = <S extends Parameters<typeof object>[0] & {}>(members: () => S) =>
  lazy(() => object(members()));
