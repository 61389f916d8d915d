/** Names of variables and their GraphQL types. */
type Types = Readonly<Record<string, string>>;

const declare = (types: Types): string =>
  Object.entries(types)
    .map(([name, type]) => `$${name}: ${type}`)
    .join(', ');
const pass = (types: Types): string[] => Object.keys(types).map((name) => `${name}: $${name}`);

/** A mutation, its variables and the fields of its answer; `literals` are arguments written into the document. */
export function mutationOf(name: string, types: Types, answer: string, literals: Types = {}): string {
  const values = [...pass(types), ...Object.entries(literals).map(([key, value]) => `${key}: ${value}`)].join(', ');
  return `mutation ${name}(${declare(types)}) { ${name}(${values}) { ${answer} } }`;
}

/** A page of a list with the fields of each node; `filters`: the type of its filters, if it takes any. */
export function listOf(name: string, node: string, filters?: string): string {
  const types = { first: 'Int', after: 'String', ...(filters && { filters }) };
  const page = `length edges { node { ${node} } } pageInfo { hasNextPage endCursor }`;
  return `query ${name}(${declare(types)}) { ${name}(${pass(types).join(', ')}) { ${page} } }`;
}

/** A query for an object by its id, with these fields. */
export const nodeOf = (name: string, type: string, fields: string): string =>
  `query ${name}($id: ID!) { node(id: $id) { ... on ${type} { ${fields} } } }`;
