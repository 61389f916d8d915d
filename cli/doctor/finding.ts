import { explain } from '../deployment.ts';

/** What a check found, in one line, and how to fix it. */
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

/** Something that could not be checked from here. */
export class UncheckedError extends Error {}

/** One thing to check. If the check itself fails, that is a finding, too. */
export interface Check<Subject> {
  name: string;
  look(subject: Subject): Promise<Found[]>;
}

/** What is wrong, or that nothing is. */
export const orWell = (found: Found[], says: string): Found[] => (found.length > 0 ? found : [well(says)]);

/**
 * All findings, in the order of the checks. A `subject` that is text says why nothing can be checked. AWS errors are
 * explained with the name of the `outputs` file.
 */
export async function examine<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject | string,
  outputs = '',
): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async ({ name, look }) => {
      const all =
        typeof subject === 'string'
          ? [unchecked(subject)]
          : await look(subject).catch((error: Error) => [unchecked((explain(error, outputs) ?? error).message)]);
      return all.map((each): Finding => ({ check: name, ...each }));
    }),
  );
  return found.flat();
}

const PAST_THE_API = /longshore (?:connections put|endpoints (?:add|remove)|keys|ucp)[^,;]*/g;

/** The finding with `--outputs` in its cure: without it, the command would change the deployment made last. */
export const curedAt = ({ cure, ...finding }: Finding, outputs: string): Finding =>
  cure === undefined ? finding : { ...finding, cure: cure.replace(PAST_THE_API, `$& --outputs ${outputs}`) };
