import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  validate,
} from 'graphql';
import { z } from 'zod';
import type { Dialects } from '../dialects.ts';
import { Refusal } from '../refusal.ts';
import { speakOrders } from './dialects.ts';

/** The path of the page's endpoint; a connection's `baseUrl` ends in it. */
export const ENDPOINT = '/api/graphql/partner';

const SCHEMA_FILE = new URL('../../../lib/marketplaces/shoppo/schema.graphql', import.meta.url);

const schema = spellBothWays(buildSchema(readFileSync(SCHEMA_FILE, 'utf8')));

const Body = z.object({
  query: z.string().min(1),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

interface Credentials {
  accessToken: string;
  viewerId: string;
}

interface Parts {
  credentials: Credentials;
  /** A function for each field of RootQuery and RootMutation. */
  root: Record<string, unknown>;
  dialects: Dialects;
}

/** Serves the endpoint. What GraphQL itself refuses, and wrong credentials, are 200s with `errors`. */
export function serveApi(app: FastifyInstance, { credentials, root, dialects }: Parts): void {
  app.post(ENDPOINT, async (request): Promise<unknown> => {
    if (!isKnown(request, credentials))
      return errorsOf('Unauthorized: accesstoken or viewerid is missing or not valid');
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      throw new Refusal(400, errorsOf('Content-type must be application/json'));
    const { query, variables, operationName } = readRequest(request.body);
    const read = readOnce(query);
    if ('errors' in read) return read;
    const answer = await execute({
      schema,
      document: read.document,
      rootValue: root,
      variableValues: variables ?? {},
      operationName: hasOneOperation(read.document) ? null : operationName,
    });
    return speakOrders(answer, dialects);
  });
}

interface Answer {
  errors: Array<{ message: string }>;
}

export const errorsOf = (message: string): Answer => ({ errors: [{ message }] });

function isKnown({ headers }: FastifyRequest, { accessToken, viewerId }: Credentials): boolean {
  return headers.accesstoken === accessToken && headers.viewerid === viewerId;
}

function readRequest(body: unknown): z.infer<typeof Body> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(body ?? ''));
  } catch {
    throw new Refusal(400, errorsOf('The body is not JSON'));
  }
  const result = Body.safeParse(parsed);
  if (result.success) return result.data;
  throw new Refusal(400, errorsOf('Must provide a query string, and variables as an object'));
}

type Read = { document: DocumentNode } | { errors: readonly GraphQLError[] };
const known = new Map<string, Read>();

/** A query, or its error. Parsed once: a hub sends the same few, and parsing one takes longer than answering it. */
function readOnce(query: string): Read {
  const read = known.get(query) ?? readQuery(query);
  if (known.size >= 100) known.clear();
  known.set(query, read);
  return read;
}

function readQuery(query: string): Read {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
}

/**
 * The page's curl example gives its only operation another name than the document's, so a name only decides between
 * several.
 */
const hasOneOperation = ({ definitions }: DocumentNode): boolean =>
  definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length === 1;

/** Makes `order_items` answer as `orderItems` does, wherever the schema has both. */
function spellBothWays(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields()).filter(({ name }) => /[a-z]_/.test(name))) {
      const other = field.name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
      field.resolve = (source: Record<string, unknown>) => {
        const value = source[other];
        return typeof value === 'function' ? value() : value;
      };
    }
  }
  return schema;
}
