import { Ajv2020 } from 'ajv/dist/2020.js';
import { createApi } from '#lib/api/api';
import { formats } from '#lib/ucp/formats';

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

const description = (await (await createApi().request('/openapi.json')).json()) as Description;
const ajv = new Ajv2020({ strict: false, formats: { ...formats, email: /^[^@\s]+@[^@\s]+$/ } });
ajv.addSchema(description, 'openapi');

/** Throws unless the OpenAPI document allows this answer for its route. */
export function checkDocumented(
  method: string,
  path: string,
  { status, body }: { status: number; body: unknown },
): void {
  const template = Object.keys(description.paths).find((each) => matches(each, path));
  const operation = template && description.paths[template]?.[method.toLowerCase()];
  if (!operation) return;
  if (!operation.responses[status]) throw new Error(`${method} ${template} does not document ${status}`);
  const pointer = [
    'paths',
    template,
    method.toLowerCase(),
    'responses',
    String(status),
    'content',
    'application/json',
    'schema',
  ];
  const at = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const validate = ajv.getSchema(`openapi#/${at}`) ?? ajv.compile({ $ref: `openapi#/${at}` });
  if (!validate(body)) throw new Error(`${method} ${template} ${status}: ${ajv.errorsText(validate.errors)}`);
}

const matches = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
