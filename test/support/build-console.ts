import { buildConsole } from '../../console/build.ts';

/** Builds the console, so that hubs started by tests serve the present one. */
export const setup = buildConsole;
