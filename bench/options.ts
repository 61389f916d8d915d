import { parseArgs } from 'node:util';

/** A flag: `[what]`. A value: `[shown, what]` and its default; a list as default allows the option several times. */
type Option = readonly [string] | readonly [string, string, (number | string | readonly string[])?];

type Value<Asked extends Option> = Asked extends readonly [string]
  ? boolean
  : Asked extends readonly [string, string, infer Default]
    ? Default extends number
      ? number
      : Default extends readonly string[]
        ? string[]
        : string
    : string | undefined;

/** The options of the command line. `--help` and invalid options end the process. */
export function readOptions<const Options extends Record<string, Option>>(
  command: string,
  options: Options,
  about?: string,
): { [Name in keyof Options]: Value<Options[Name]> } & { help: string } {
  const all = Object.entries<Option>({ ...options, help: ['this text'] });
  const lines = all.map(([name, [first, what, value]]) => ({
    option: what === undefined ? `--${name}` : `--${name} ${first}`,
    what: `${what ?? first}${typeof value === 'object' || value === undefined ? '' : ` (default ${value})`}`,
  }));
  const width = Math.max(...lines.map(({ option }) => option.length)) + 2;
  const help = [
    `Usage: npm run ${command} -- [options]\n`,
    ...(about ? [`${about}\n`] : []),
    ...lines.map(({ option, what }) => `  ${option.padEnd(width)}${what}`),
  ].join('\n');
  try {
    const { values } = parseArgs({
      options: Object.fromEntries(
        all.map(([name, [, what, value]]) => [
          name,
          { type: what === undefined ? 'boolean' : 'string', multiple: typeof value === 'object' },
        ]),
      ),
    });
    if (values.help) {
      console.log(help);
      process.exit();
    }
    const read = all.map(([name, [, what, value]]) => {
      const given = values[name] ?? (what === undefined ? false : value);
      if (typeof value === 'number' && !(Number(given) >= Math.min(value, 1)))
        throw new Error(`--${name} ${given} is no number from ${Math.min(value, 1)} on`);
      return [name, typeof value === 'number' ? Number(given) : given];
    });
    return { ...Object.fromEntries(read), help };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}
