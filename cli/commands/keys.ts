import { Option } from 'commander';
import type { ListedKey, Scope } from '#lib/api/kit/keys';
import type { Command } from '../command.ts';
import { findKeyTroubles } from '../connection-troubles.ts';
import { inTurn, operatorName } from '../deployment.ts';
import { CliError, refusal, usageError } from '../errors.ts';
import { count, relativeTime } from '../format.ts';
import { yes } from '../options.ts';
import { type Column, renderTable } from '../table.ts';

const SCOPES: readonly Scope[] = ['orders:read', 'fulfillments:write', 'changes:read', 'ops', 'privacy'];

interface CreateOptions {
  scopes?: Scope[];
  rotate?: true;
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API keys of the hub');
  keys
    .command('create <name>')
    .description('make a key; it is shown once and only its hash is kept')
    .addOption(new Option('--scopes <scopes...>', 'what it may do').choices(SCOPES))
    .addOption(
      new Option('--rotate', 'another key of that name, with the same scopes as the previous one').conflicts('scopes'),
    )
    .examples(
      'keys create operator --scopes ops',
      'keys create erp --scopes orders:read fulfillments:write --outputs .longshore/outputs.json',
      'keys create erp --rotate',
    )
    .checks(checkNew)
    .doesAtDeployment(
      (name: string, options: CreateOptions) =>
        inTurn(async () => {
          const { createApiKey } = await import('#lib/api/kit/keys');
          const scopes = await scopesFor(name, options);
          return { name, scopes, key: await createApiKey({ name, scopes, by: operatorName() }) };
        }),
      ({ key }) => key,
    );
  keys
    .command('list')
    .description('who has a key, and what it may do; no key is shown')
    .examples('keys list')
    .doesAtDeployment(
      async () => {
        const keys = await (await import('#lib/api/kit/keys')).listApiKeys();
        for (const { trouble, cure } of findKeyTroubles(keys)) process.stderr.write(`${trouble}: ${cure}\n`);
        return { keys };
      },
      ({ keys: found }) => (found.length > 0 ? renderTable(found, columns(new Date())) : 'no keys'),
    );
  keys
    .command('revoke <name>')
    .description('revoke every key of that name; after 30 seconds no instance accepts it')
    .option('--older', 'all but the newest, once that is in use')
    .addOption(yes('do it; without it, the keys are only counted'))
    .examples('keys revoke erp --yes', 'keys revoke erp --older --yes')
    .doesAtDeployment(
      async (name: string, { older = false, yes: sure }: { older?: boolean; yes?: boolean }) => {
        const { listApiKeys, revokeApiKeys } = await import('#lib/api/kit/keys');
        const all = (await listApiKeys()).filter((key) => key.name === name).length;
        if (all === 0) throw new CliError(`there is no key named ${name}`);
        const found = older ? all - 1 : all;
        if (!sure) throw refusal(`${count(found, 'key', 'keys')} named ${name} would be revoked: say --yes to do it`);
        return { name, revoked: await revokeApiKeys(name, { by: operatorName(), keepNewest: older }) };
      },
      ({ name, revoked }) => `${name}: ${count(revoked, 'key', 'keys')} revoked`,
    );
}

async function checkNew(name: string, { scopes, rotate }: CreateOptions): Promise<void> {
  if (rotate) return;
  if (!scopes)
    throw usageError(`give --scopes (of ${SCOPES.join(', ')}), or --rotate for another key of the same name`);
  const { KEY_NAME, LOCAL_KEY_NAME } = await import('#lib/api/kit/keys');
  if (!KEY_NAME.test(name)) throw usageError(`a key's name is made of a-z, 0-9 and -, not "${name}"`);
  if (name === LOCAL_KEY_NAME)
    throw refusal(`${name} is the name of the key that a local hub makes at each start: choose another`);
  if (name === 'hub') throw refusal('hub is who the audit names for what the hub does by itself: choose another');
}

/**
 * The scopes of the key to make. Its name appears on timelines and in the audit trail, so two keys share one only
 * during a rotation, with the same scopes.
 */
async function scopesFor(name: string, { scopes }: CreateOptions): Promise<readonly Scope[]> {
  const { listApiKeys } = await import('#lib/api/kit/keys');
  const newest = (await listApiKeys()).findLast((key) => key.name === name);
  if (!scopes) {
    if (newest) return newest.scopes;
    throw new CliError(`there is no key named ${name} to rotate`);
  }
  if (newest) throw refusal(`there is a key named ${name} already: use --rotate for another, or revoke it first`);
  return scopes;
}

const columns = (now: Date): Column<ListedKey>[] => [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'SCOPES', value: ({ scopes }) => scopes.join(' ') },
  { title: 'MADE', value: ({ createdAt }) => relativeTime(createdAt, now) },
];
