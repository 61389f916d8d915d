import { Option } from 'commander';
import { DeliveryFilter, DeliveryKind, DeliveryState } from '#lib/deliveries/delivery-schema';
import type { Api } from '../api-client.ts';
import type { Command } from '../command.ts';
import { usageError } from '../errors.ts';
import { withOrder } from '../find-order.ts';
import { parseFilter, since, until } from '../options.ts';

type Name = keyof typeof DeliveryFilter.shape;
const NAMES = Object.keys(DeliveryFilter.shape) as Name[];

export type FilterOptions = Partial<Record<Name, string>> & { filter?: string[] };

/** The options that select deliveries, one for each member of the API's filter, and the filter as a whole. */
export const addDeliveryFilter = (command: Command): Command =>
  command
    .addOption(new Option('--state <state>', 'in this state').choices(DeliveryState.options))
    .addOption(new Option('--kind <kind>', 'of this kind').choices(DeliveryKind.options))
    .option('--connection <id>', 'of this connection')
    .option('--marketplace <name>', 'of this marketplace')
    .option('--action <name>', 'with this action, such as order or fulfillment')
    .option('--order <id>', 'of this order')
    .option('--cause <code>', "with this cause's code, such as http_503")
    .option('--message <text>', 'whose cause says this; … stands for ids, numbers, quoted values and dates')
    .addOption(since('created'))
    .addOption(until('created'))
    .option('--filter <name=value...>', 'the same as words, or as the JSON that causes show');

/** The filter that a command was given; empty where none was. Usage error for a member that is given twice. */
export async function filterOf(options: FilterOptions, api: Api): Promise<Record<string, string>> {
  const filter = parseFilter(options.filter ?? [], NAMES);
  for (const name of NAMES) {
    const value = options[name];
    if (value === undefined) continue;
    if (value === '') throw usageError(`--${name} is empty`);
    if (name in filter) throw usageError(`${name} is given as --${name} and in --filter`);
    filter[name] = value;
  }
  return withOrder(filter, api);
}
