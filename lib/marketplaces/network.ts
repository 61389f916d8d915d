import { type Configuration, getConfiguration } from '#lib/connections/store';
import type { Role } from './manifest.ts';
import { roleOf } from './registry.ts';

/**
 * The connections and routes of the moment, with what each marketplace can do: what orders and stock are planned by.
 */
export interface Network extends Configuration {
  roleOf(marketplace: string): Role;
}

export const getNetwork = async (): Promise<Network> => ({ ...(await getConfiguration()), roleOf });
