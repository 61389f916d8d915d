/** The members of package.json that are read. */
export interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  /** Packages that have install scripts, and whether those may run. */
  allowScripts: Record<string, boolean>;
}

/** The members of a package in package-lock.json that are read. */
export interface Locked {
  version?: string;
  license?: string;
  integrity?: string;
  /** Its source; absent if it is from the registry. */
  resolved?: string;
  /** A tool of ours, which is not deployed. */
  dev?: boolean;
  hasInstallScript?: boolean;
}

export interface Lock {
  /** By path, such as `node_modules/hono`; the hub itself is ''. */
  packages: Record<string, Locked & Partial<Pick<Manifest, 'dependencies' | 'devDependencies'>>>;
}

/** supply-chain.json */
export interface Policy {
  /** SPDX ids: for what is deployed, and for what only builds and tests it. */
  licenses: { shipped: string[]; tools: string[] };
}

/** What a person must check before it is accepted; docs/supply-chain.md says what to do. */
export function findProblems(manifest: Manifest, lock: Lock, policy: Policy): string[] {
  const packages = packagesOf(lock);
  return [
    ...findLoosePins(manifest, lock),
    ...packages.flatMap((each) => [...findForeign(each), ...findLicense(each, policy)]),
    ...compare(
      'allowScripts of package.json',
      Object.keys(manifest.allowScripts),
      packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name),
      'has a script for when it is installed',
    ),
  ];
}

type Package = Locked & { name: string };

export const packagesOf = ({ packages }: Lock): Package[] =>
  Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, locked]) => ({ name: nameOf(path), ...locked }));

/** A package's name from its path in the lock, at any depth. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function findLoosePins({ dependencies, devDependencies }: Manifest, lock: Lock): string[] {
  const wanted = Object.entries({ ...dependencies, ...devDependencies });
  const root = lock.packages[''];
  const locked = { ...root?.dependencies, ...root?.devDependencies };
  const loose = wanted.filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range));
  const astray = wanted.filter(([name, range]) => locked[name] !== range);
  return [
    ...loose.map(([name, range]) => `${name}: "${range}" is not an exact version`),
    ...astray.map(([name]) => `${name}: package-lock.json knows another version`),
  ];
}

/** Without a hash, an installation on some platform takes whatever the registry says at that moment. */
export const findForeign = ({ name, resolved, integrity }: Package): string[] => [
  ...(resolved === undefined ? [] : [`${name}: comes from elsewhere than the registry`]),
  ...(integrity ? [] : [`${name}: has no integrity hash`]),
];

function findLicense({ name, license, dev }: Package, { licenses }: Policy): string[] {
  const allowed = dev ? licenses.tools : licenses.shipped;
  if (license !== undefined && isAllowed(license, allowed)) return [];
  return [`${name}: the license ${license ?? '(none)'} is not on the list of ${dev ? 'tools' : 'what is shipped'}`];
}

/** Of alternatives one allowed license is enough; of licenses that apply together, each must be allowed. */
const isAllowed = (expression: string, allowed: readonly string[]): boolean =>
  expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((id) => allowed.includes(id)));

/** A list must have everything found, and nothing else. */
function compare(list: string, listed: readonly string[], found: readonly string[], what: string): string[] {
  return [
    ...found.filter((name) => !listed.includes(name)).map((name) => `${name}: ${what} and is not in ${list}`),
    ...listed.filter((name) => !found.includes(name)).map((name) => `${name}: is in ${list} without need`),
  ];
}
