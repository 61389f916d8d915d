import type { Connector } from './contract.ts';
import { roleOf } from './registry.ts';

/** Returns the connector of a marketplace. A pusher has only its own; ingest and the API load any. */
export type LoadConnector = (marketplace: string) => Promise<Connector>;

/** Loads any connector, at its first use. Throws a plain Error for a name that is not registered. */
export const loadConnector: LoadConnector = async (marketplace) => {
  const { name } = roleOf(marketplace).info;
  const { connector }: { connector: Connector } = await import(`./${name}/index.ts`);
  return connector;
};
