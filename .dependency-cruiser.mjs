// The house, from the floor up: a room may import the rows before its own, never a neighbor in its row or a row after.
// Whoever wants something the other way is given it as an argument.
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

const inside = (...rooms) => `^(${rooms.join('|')})(/|$)`;

const oneWay = ROWS.flatMap((row, floor) =>
  row.map((room) => ({
    name: `${room} imports only the rows before its own`,
    severity: 'error',
    from: { path: inside(room) },
    to: { path: inside(...row.filter((other) => other !== room), ...ROWS.slice(floor + 1).flat()) },
  })),
);

const everyRoomHasARow = {
  name: 'a room of lib/ stands in a row of .dependency-cruiser.mjs',
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
  forbidden: [...oneWay, everyRoomHasARow, testsStayOutside],
  options: {
    // TypeScript 7 offers no parser to other tools.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
