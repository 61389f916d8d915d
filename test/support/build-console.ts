import { buildConsole } from '../../console/build.ts';

/** The hubs that tests start serve the console as it is now. */
export const setup = buildConsole;
