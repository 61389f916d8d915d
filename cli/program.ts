import { Option } from 'commander';
import { Command } from './command.ts';
import { addAudit } from './commands/audit.ts';
import { addBalance } from './commands/balance.ts';
import { addBuyers } from './commands/buyers.ts';
import { addChanges, addConsumers } from './commands/changes.ts';
import { addConnections } from './commands/connections.ts';
import { addConsole, addMcp } from './commands/console.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDeliveries } from './commands/deliveries.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEndpoints } from './commands/endpoints.ts';
import { addEvents } from './commands/events.ts';
import { addFind, addWhy } from './commands/find.ts';
import { addKeys } from './commands/keys.ts';
import { addOrders } from './commands/orders.ts';
import { addPoll } from './commands/poll.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addRemap, addRemaps } from './commands/remap.ts';
import { addReplays } from './commands/replays.ts';
import { addSecrets, addUcp } from './commands/secrets.ts';
import { addWebhooks } from './commands/webhooks.ts';
import { addCompletion } from './completion.ts';

const HELP = `Look here first:
  longshore doctor                        what is wrong, and what heals it
  longshore why <anything>                why an order is where it is
  longshore console                       all of it in a browser: a link that signs in once
  longshore deliveries causes             what is dead or blocked, and why
  longshore deliveries list --state dead  what gave up
  longshore events list --state unreadable
  longshore connections list              when each was polled, and what broke off

Exit codes: 0 done, 1 failed, 2 not understood, 3 refused or --yes is wanted, 130 interrupted.`;

/** All commands. Usage errors are thrown as commander's own. */
export function createProgram(): Command {
  const program = new Command('longshore')
    .description('Operate a Longshore hub, on this machine or deployed.')
    .addOption(new Option('--url <url>', "the hub's address (default: LONGSHORE_URL or http://127.0.0.1:4400)"))
    .addOption(new Option('--key <key>', 'an API key (default: LONGSHORE_API_KEY)'))
    .addOption(new Option('--json', 'print JSON, as the API answers it'))
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'longshore: ')) })
    .remark(HELP);
  const adders = [addConnections, addOrders, addWhy, addDeliveries, addReplays, addDeadLetters, addEvents];
  const others = [
    addQuarantine,
    addRemap,
    addRemaps,
    addPoll,
    addFind,
    addBalance,
    addChanges,
    addConsumers,
    addEndpoints,
    addSecrets,
    addUcp,
    addWebhooks,
    addKeys,
    addBuyers,
    addAudit,
    addConsole,
    addMcp,
    addDoctor,
    addCompletion,
  ];
  for (const add of [...adders, ...others]) add(program);
  return program;
}
