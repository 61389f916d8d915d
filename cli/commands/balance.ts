import { Option } from 'commander';
import type { Balance } from '#lib/api/balance';
import type { Command } from '../command.ts';
import { oneLine } from '../format.ts';
import { unlessUnknown } from '../known.ts';
import { parseInstant } from '../options.ts';
import type { Column } from '../table.ts';

const today = (): string => new Date().toISOString().slice(0, 10);

export function addBalance(program: Command): void {
  program
    .command('balance')
    .description('of what each channel sold on a day: known, released, acknowledged, placed, shipped, told')
    .addOption(
      new Option('--day <day>', 'the day in UTC: 2026-11-20, 1d … (default: today)').argParser((text) =>
        parseInstant(text).slice(0, 10),
      ),
    )
    .option('--connection <id>', 'of this connection only')
    .examples('balance', 'balance --day 1d --connection scopio-main --json')
    .does(async (session, { day = today(), connection }: { day?: string; connection?: string }) => {
      const ask = session.api.get('/balance', { day, connection });
      const answer = await ask.catch(unlessUnknown(session.api, connection));
      session.answer(answer, ({ balances }) =>
        balances.length === 0
          ? `nothing was sold on ${day}`
          : [session.table(balances, COLUMNS), ...balances.flatMap(differences)].join('\n'),
      );
      if (!session.json && !answer.complete)
        session.note(
          `There was no time to look at all that came since${connection ? '' : ': ask for one --connection'}`,
        );
    });
}

const SHOWN = 10;

const differences = ({ connection, differences: all }: Balance): string[] =>
  all.map(({ missing, orders }) => {
    const more = orders.length > SHOWN ? ` and ${orders.length - SHOWN} more` : '';
    return `${connection}, not ${missing}: ${oneLine(orders.slice(0, SHOWN).join(', '))}${more}`;
  });

const COLUMNS: Column<Balance>[] = [
  { title: 'CONNECTION', value: ({ connection }) => connection },
  ...(['known', 'cancelled', 'released', 'acknowledged', 'placed', 'shipped', 'told'] as const).map((name) => ({
    title: name.toUpperCase(),
    value: (balance: Balance) => `${balance[name]}`,
  })),
];
