/** What a look at one thing found: `says` in one line, and what heals it. */
export interface Finding {
  check: string;
  state: 'well' | 'wrong' | 'unchecked';
  says: string;
  cure?: string;
}

export type Found = Omit<Finding, 'check'>;

export const well = (says: string): Found => ({ state: 'well', says });
export const wrong = (says: string, cure: string): Found => ({ state: 'wrong', says, cure });
export const unchecked = (says: string): Found => ({ state: 'unchecked', says });

/** Something could not be looked at from here. */
export class UncheckedError extends Error {}

/** One thing to look at. What keeps it from looking is found too. */
export interface Check<Subject> {
  name: string;
  look(subject: Subject): Promise<Found[]>;
}

/** All that was found, in the order of the checks. */
export async function examine<Subject>(checks: readonly Check<Subject>[], subject: Subject): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async ({ name, look }) => {
      const all = await look(subject).catch((error) => [
        unchecked(error instanceof Error ? error.message : `${error}`),
      ]);
      return all.map((each): Finding => ({ check: name, ...each }));
    }),
  );
  return found.flat();
}

const PAST_THE_API = /longshore (?:connections put|endpoints (?:add|remove)|keys|ucp)[^,;]*/g;

/** A finding whose cure is of the deployment that was looked at: without `--outputs` it would be done to the one deployed last. */
export const curedAt = ({ cure, ...finding }: Finding, outputs: string): Finding =>
  cure === undefined ? finding : { ...finding, cure: cure.replace(PAST_THE_API, `$& --outputs ${outputs}`) };
