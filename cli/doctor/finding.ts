/** What a look at one thing found: `says` in one line, and what heals it. */
export interface Finding {
  check: string;
  state: 'well' | 'wrong' | 'unchecked';
  says: string;
  cure?: string;
}

export const well = (check: string, says: string): Finding => ({ check, state: 'well', says });
export const wrong = (check: string, says: string, cure: string): Finding => ({ check, state: 'wrong', says, cure });

/** Something could not be looked at from here. */
export class UncheckedError extends Error {}

/** One thing to look at. What keeps it from looking is found too. */
export interface Check<Subject> {
  name: string;
  look(subject: Subject): Promise<Finding[]>;
}

/** All that was found, in the order of the checks. */
export async function examine<Subject>(checks: readonly Check<Subject>[], subject: Subject): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async ({ name, look }): Promise<Finding[]> => {
      try {
        return await look(subject);
      } catch (error) {
        return [{ check: name, state: 'unchecked', says: error instanceof Error ? error.message : String(error) }];
      }
    }),
  );
  return found.flat();
}
