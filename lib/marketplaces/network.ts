import { type Configuration, getConfiguration } from '#lib/connections/store';
import type { Role } from './manifest.ts';
import { roleOf } from './registry.ts';

/** The present connections and routes, with what each marketplace can do: orders and stock are planned by these. */
export interface Network extends Configuration {
  roleOf(marketplace: string): Role;
}

export const getNetwork = async (): Promise<Network> => ({ ...(await getConfiguration()), roleOf });
