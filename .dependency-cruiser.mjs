// The architecture: a folder may import from the rows before its own, never from its own row or a later one. What it needs
// from a later row is passed as an argument.
const ROWS = [
  ['lib/platform'],
  ['lib/ucp', 'events'],
  ['lib/connections'],
  ['lib/deliveries'],
  ['lib/orders'],
  ['lib/catalog'],
  ['lib/marketplaces'],
  ['lib/quarantine', 'lib/webhooks', 'lib/explanation'],
  ['lib/attempts'],
  ['lib/inbound'],
  ['lib/polling'],
  ['lib/replays', 'lib/remap', 'lib/privacy'],
  ['lib/search'],
  ['lib/changes'],
  ['lib/api', 'lib/agents'],
  ['lib/topology.ts'],
  ['functions', 'stacks', 'cli'],
  ['sandbox'],
];

const inside = (...folders) => `^(${folders.join('|')})(/|$)`;

const oneWay = ROWS.flatMap((row, index) =>
  row.map((folder) => ({
    name: `${folder} imports only from the rows before its own`,
    severity: 'error',
    from: { path: inside(folder) },
    to: { path: inside(...row.filter((other) => other !== folder), ...ROWS.slice(index + 1).flat()) },
  })),
);

const everyFolderHasARow = {
  name: 'every folder of lib/ is in a row of .dependency-cruiser.mjs',
  severity: 'error',
  from: {},
  to: { path: '^lib/', pathNot: inside(...ROWS.flat()) },
};

const testsStayOutside = {
  name: 'only tests and benches import test/ and bench/',
  severity: 'error',
  from: { path: inside(...ROWS.flat()), pathNot: String.raw`\.test\.ts$` },
  to: { path: inside('test', 'bench') },
};

export default {
  forbidden: [...oneWay, everyFolderHasARow, testsStayOutside],
  options: {
    // TypeScript 7 offers no parser to other tools.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
