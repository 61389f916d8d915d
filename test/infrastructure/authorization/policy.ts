/** An allowing statement of a policy, as IAM reads it; nothing here denies. */
export interface Statement {
  Action: string | readonly string[];
  Resource: string | readonly string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What IAM is asked for one call; the resource is `*` if the action has none. */
export interface Call {
  action: string;
  resource: string;
  /** Values of condition keys. */
  context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Whether a statement's actions include this one. */
export const grants = (actions: Statement['Action'], action: string): boolean =>
  [actions].flat().some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase()));

/** Whether one statement allows the call. */
export const isAllowed = (statements: readonly Statement[], { action, resource, context = {} }: Call): boolean =>
  statements.some(
    ({ Action, Resource, Condition = {} }) =>
      grants(Action, action) &&
      [Resource].flat().some((pattern) => fits(pattern, resource)) &&
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, list(wanted), list(context[key]))),
      ),
  );

/** The operators that our policies use. */
function holds(operator: string, wanted: readonly string[], given: readonly string[]): boolean {
  switch (operator) {
    case 'StringEquals':
      return given.some((value) => wanted.includes(value));
    case 'ArnLike':
      return given.some((value) => wanted.some((pattern) => fits(pattern, value)));
    // True if no value matches any pattern, and if there are no values.
    case 'ForAllValues:StringNotLike':
      return given.every((value) => !wanted.some((pattern) => fits(pattern, value)));
    case 'ForAllValues:StringLike':
      return given.every((value) => wanted.some((pattern) => fits(pattern, value)));
    default:
      throw new Error(`no policy of ours uses ${operator}`);
  }
}

const list = (values: string | readonly string[] | undefined): readonly string[] =>
  values === undefined ? [] : [values].flat();

/** Matches actions and resources as IAM does: `*` for any characters. */
export const fits = (pattern: string, value: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(value);
