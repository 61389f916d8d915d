import { BlockedError } from '#lib/platform/errors';
import type { FollowUpInput, ProbedAction, RemoteContext } from '../action.ts';
import { getOrderStatus, listStatuses, setStatus } from './client.ts';
import { Settings } from './settings.ts';

export const status: ProbedAction<FollowUpInput> = {
  async push(remote, input) {
    await setStatus(remote, homeOf(input), await findDelivered(remote));
    return {};
  },

  async probe(remote, input) {
    const { status_id, is_delivered } = await getOrderStatus(remote, homeOf(input));
    if (!is_delivered || status_id !== (await findDelivered(remote))) return null;
    return { note: 'has the delivered status at Sello' };
  },
};

/** `about` is the order's id at Sello and those of its parcels. */
const homeOf = ({ about }: FollowUpInput): string => about.replace(/(?: ful_\w+)*$/, '');

/** The account's own status that means delivered; several or none is a person's choice. */
async function findDelivered(remote: RemoteContext): Promise<string> {
  const { deliveredStatusId } = Settings.parse(remote.connection.settings);
  if (deliveredStatusId !== undefined) return deliveredStatusId;
  const delivered = (await listStatuses(remote)).filter((each) => each.is_delivered || each.delivered);
  const [only, ...others] = delivered;
  if (only && others.length === 0) return only.id;
  const named = delivered.map(({ id, title }) => `${id}${title === undefined ? '' : ` ${title}`}`).join(', ');
  const which = only ? `several statuses at Sello mean delivered (${named})` : 'no status at Sello means delivered';
  const description = `${which}: set settings.deliveredStatusId of ${remote.connection.id} to the id of the one to give a shipped order`;
  throw new BlockedError({ code: 'delivered_status_unclear', description }, 'connection');
}
