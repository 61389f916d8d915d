/** The caller's connection breaks without an answer, whether or not the work was done. */
export class LostConnection extends Error {}
