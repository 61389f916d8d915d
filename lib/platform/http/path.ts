import { RejectedError } from '../errors.ts';

/**
 * A documented path with each `{name}` filled, by exactly one segment whatever the value holds.
 * Throws RejectedError for a value that no encoding keeps one: `..` is a way up however it is written.
 */
export function fillPath(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`nothing fills {${name}} of ${path}`);
    const isSegment = value.isWellFormed() && !['', '.', '..'].includes(value);
    if (isSegment) return encodeURIComponent(value);
    const description = `${JSON.stringify(value)} cannot be the ${name} in ${path}: it would be another path`;
    throw new RejectedError({ code: 'id_unusable', description, field: name });
  });
}
