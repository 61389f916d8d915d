#!/usr/bin/env node
// Compiles UCP's schemas into a module that validates orders: compiling at run time would cost workers a tenth of a
// second.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { _ } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { formats } from '#lib/ucp/formats';

const UCP = join(import.meta.dirname, '../lib/ucp');
const SCHEMAS = join(UCP, 'schemas');
const ORDER = 'shopping/order.json';

const readSchema = (path: string): object => JSON.parse(readFileSync(join(SCHEMAS, path), 'utf8'));

/** Every schema that `order.json` refers to. */
export const referredSchemas = globSync('**/*.json', { cwd: SCHEMAS })
  .filter((path) => path !== ORDER)
  .sort()
  .map(readSchema);

/** The file that `validate.ts` imports. */
export const VALIDATOR = join(UCP, 'generated/order-validator.js');

const HEAD = `// The schemas as code. Made by \`node scripts/ucp-validator.ts\`: a worker that compiled them itself would take a tenth of a
// second for it, at its first order.
import { formats } from '../formats.ts';
`;

/** What Ajv says of an error besides its path and its message, which `validate.ts` does not read: an eighth of the code. */
const UNREAD = /schemaPath:"[^"]*",keyword:"[^"]*",/g;

/** The source of a module that validates orders against the schemas. */
export function compileValidator(): string {
  // UCP's own keywords (`ucp_request`) are not JSON Schema's, so strict mode would refuse them.
  const code = { source: true, esm: true, lines: true, formats: _`formats` };
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats, code });
  for (const schema of referredSchemas) ajv.addSchema(withoutProse(schema));
  const made = standaloneCode.default(ajv, ajv.compile(withoutProse(readSchema(ORDER))));
  return HEAD + made.replace('"use strict";', '').replaceAll(UNREAD, '');
}

const PROSE = new Set(['title', 'description', 'examples']);

/** A schema without its prose. A property that is named like prose has a schema as its value, and stays. */
const withoutProse = <T extends object>(schema: T): T =>
  JSON.parse(
    JSON.stringify(schema, (key, value) =>
      PROSE.has(key) && (typeof value === 'string' || Array.isArray(value)) ? undefined : value,
    ),
  );

if (import.meta.main) writeFileSync(VALIDATOR, compileValidator());
