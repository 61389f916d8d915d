import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Resources } from './environment';
import type { Gateway } from './gateway';

/** What operators and the seller's own systems use: the hub's API, its console, and its tools for agents. */
export function ops(resources: Resources, gateway: Gateway): void {
  gateway.addRoutes('api', resources);
  buildConsole();
  gateway.addRoutes('console', resources);
  gateway.addRoutes('mcp', resources);
}

/** The console's function contains its files: built before it is bundled, by the Node that reads TypeScript. */
const buildConsole = (): void =>
  void execFileSync(join($cli.paths.root, 'node_modules/.bin/node'), [join($cli.paths.root, 'console/build.ts')]);
