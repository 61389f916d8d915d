import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run new:marketplace -- NAME --sells|--ships
  NAME     the vendor in lower case, words joined by dashes: acme-goods
  --sells  a sales channel: orders come from it
  --ships  whoever ships: orders are placed with it`;

const TEMPLATES = join(import.meta.dirname, 'new-marketplace');
/** The vendor name in the templates. Handlers are copied from an existing vendor, as only the name differs. */
const EXAMPLE = 'acme-goods';
const HANDLERS = ['webhooks', 'pollers', 'pushers'].map((kind) => `functions/${kind}/scopio.ts`);
/** With a name of this length, the longest AWS name (of a function's role) is still allowed. */
const MAX_NAME = 24;

class Refused extends Error {}

/** Writes a marketplace that passes `npm test` as it is; everything in it about the vendor is to be replaced. */
async function main(): Promise<void> {
  const { name, kind } = readArguments();
  const files = [...templatesOf('both', name), ...templatesOf(kind, name), ...handlersOf(name)];
  const present = files.find(({ path }) => existsSync(path));
  if (present) throw new Refused(`${present.path} is there already`);
  const shared = [
    edit('lib/marketplaces/registry.ts', (text) => addRole(text, name)),
    edit('sandbox/marketplaces/registry.ts', (text) => addSandbox(text, name)),
    edit('connections.example.json', (text) => addConnection(text, name)),
  ];
  for (const { path, text } of [...files, ...shared]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const paths = [...files, ...shared].map(({ path }) => path).filter((path) => !/\.md$|\/fixtures\//.test(path));
  execFileSync('node_modules/.bin/biome', ['check', '--write', ...paths], { stdio: ['ignore', 'ignore', 'inherit'] });
  await describeApi();
  console.log(`${[...files, ...shared].map(({ path }) => `  ${path}`).join('\n')}
  docs/openapi.json
  client/generated/openapi.ts

It passes npm test as it is. Next: docs/add-a-marketplace.md, "Fill it in".`);
}

function readArguments(): { name: string; kind: 'sells' | 'ships' } {
  const options = { sells: { type: 'boolean' }, ships: { type: 'boolean' } } as const;
  const { values, positionals } = parse(() => parseArgs({ options, allowPositionals: true }));
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || Boolean(values.sells) === Boolean(values.ships))
    throw new Refused(USAGE);
  if (!/^[a-z]+(-[a-z]+)*$/.test(name) || name.length > MAX_NAME)
    throw new Refused(
      `"${name}" is no name: lower-case letters, words joined by dashes, ${MAX_NAME} characters at most`,
    );
  if (existsSync(`lib/marketplaces/${name}`)) throw new Refused(`lib/marketplaces/${name} is there already`);
  if (!isIdentifier(camel(name))) throw new Refused(`"${name}" is a word of the language: choose another name`);
  return { name, kind: values.sells ? 'sells' : 'ships' };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Refused(`${(error as Error).message}\n${USAGE}`);
  }
}

interface Text {
  path: string;
  text: string;
}

const templatesOf = (folder: string, name: string): Text[] =>
  globSync('**/*.{ts,json,md}', { cwd: join(TEMPLATES, folder) })
    .sort()
    .map((path) => ({
      path: path.replaceAll(EXAMPLE, name),
      text: rename(readFileSync(join(TEMPLATES, folder, path), 'utf8'), EXAMPLE, name),
    }));

const handlersOf = (name: string): Text[] =>
  HANDLERS.map((path) => ({
    path: path.replace('scopio', name),
    text: readFileSync(path, 'utf8').replaceAll('marketplaces/scopio/', `marketplaces/${name}/`),
  }));

const edit = (path: string, change: (text: string) => string): Text => ({
  path,
  text: change(readFileSync(path, 'utf8')),
});

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const pascal = (name: string): string => name.split('-').map(capital).join('');
const title = (name: string): string => name.split('-').map(capital).join(' ');
const camel = (name: string): string => name.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());

/** Replaces every form of a name: acme-goods, acmeGoods, AcmeGoods, Acme Goods, ACME-GOODS. */
const rename = (text: string, from: string, to: string): string =>
  [String, camel, pascal, title, (name: string) => name.toUpperCase()].reduce(
    (sum, form) => sum.replaceAll(form(from), form(to)),
    text,
  );

function isIdentifier(word: string): boolean {
  try {
    return Boolean(new Function(word, ''));
  } catch {
    return false;
  }
}

/** Keeps the registry in alphabetical order of its folders. */
function addRole(text: string, name: string): string {
  const folders = new Map(
    [...text.matchAll(/\{ role as (\w+) \} from '\.\/([\w-]+)\/manifest\.ts'/g)].map(([, role = '', folder = '']) => [
      folder,
      role,
    ]),
  ).set(name, camel(name));
  const roles = [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, role]) => role);
  return addImport(text, `import { role as ${camel(name)} } from './${name}/manifest.ts';`).replace(
    /(registry: readonly Role\[\] = )\[[^\]]*\]/,
    `$1[${roles.join(', ')}]`,
  );
}

const addSandbox = (text: string, name: string): string =>
  addImport(text, `import { ${camel(name)} } from './${name}/local.ts';`).replace(
    /(readonly LocalMarketplace\[\] = \[[^\]]*?),?\s*\]/,
    `$1, ${camel(name)}]`,
  );

const addImport = (text: string, line: string): string => text.replace(/\n\n/, `\n${line}\n\n`);

const addConnection = (text: string, name: string): string =>
  text.replace(
    /\n {2}\],\n {2}"routes"/,
    `,
    {
      "id": "${name}-main",
      "marketplace": "${name}",
      "baseUrl": "https://api.${name}.example",
      "secrets": { "apiKey": "the API key", "webhookSecret": "what it signs webhooks with" }
    }$&`,
  );

/** The API's description, and the client types generated from it, name the webhook URLs of every marketplace. */
async function describeApi(): Promise<void> {
  const { createApi } = await import('#lib/api/api');
  const document = await (await createApi().request('/openapi.json')).json();
  writeFileSync('docs/openapi.json', `${JSON.stringify(document, null, 2)}\n`);
  // The same as `npm run client:types`.
  const types = ['docs/openapi.json', '--default-non-nullable', 'false', '-o', 'client/generated/openapi.ts'];
  execFileSync(join('scripts/tools/node_modules/.bin', 'openapi-typescript'), types, { stdio: 'ignore' });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
