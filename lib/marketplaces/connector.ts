import type { Connector } from './contract.ts';
import type { Role } from './manifest.ts';
import { registry } from './registry.ts';

/**
 * A connector with the role that its manifest gives it. Throws a plain Error where the registry lacks it, as the hub
 * would plan nothing for it. A bundle that loads connectors has all manifests in one file, as each of them leads here.
 */
export function defineConnector(role: Role, parts: Omit<Connector, keyof Role>): Connector {
  if (!registry.includes(role)) throw new Error(`${role.info.name} is not in the registry`);
  return { ...role, ...parts };
}
