import type { Connector } from './contract.ts';
import type { Role } from './manifest.ts';
import { registry } from './registry.ts';

/**
 * A connector with the role from its manifest. Throws a plain Error if the registry lacks it, as the hub would plan
 * nothing for it. A bundle that loads connectors then has all manifests in one file.
 */
export function defineConnector(role: Role, parts: Omit<Connector, keyof Role>): Connector {
  if (!registry.includes(role)) throw new Error(`${role.info.name} is not in the registry`);
  return { ...role, ...parts };
}
