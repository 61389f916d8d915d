/** The caller's connection breaks and it gets no answer, whatever was done. */
export class LostConnection extends Error {}
