import { randomUUID } from 'node:crypto';
import { bodyBytes, inboundReceived, packBody } from '#events/inbound-body';
import type { Connection } from '#lib/connections/connection';
import { pickActive, readSecretVersions, type SecretVersions } from '#lib/connections/secrets';
import type { Webhook, WebhookCredentials } from '#lib/marketplaces/contract';
import { loadConnector } from '#lib/marketplaces/load';
import { putAct } from '#lib/platform/audit';
import { INBOUND_QUEUE } from '#lib/platform/names';
import { sendMessages } from '#lib/platform/queue/queue';
import * as items from '#lib/platform/table/items';
import { across, keysIn, listIndex, type PageAsked } from '#lib/platform/table/sharded-index';
import { db, type Item, NEW, put, transact } from '#lib/platform/table/table';
import type { Admission, AdmissionRecord } from './quarantine-schema.ts';
import { putAdmission, type Quarantined, readQuarantine, saidIn } from './store.ts';

/** What webhooks are judged and admitted with; tests pass another. */
const HUB = { table: db, loadConnector, readSecretVersions, sendMessages };

/** Whether a quarantined webhook is authentic under the present secrets. */
export type Verifier = (kept: Quarantined) => boolean;

/** Reads the present secrets of these connections' marketplaces, each once. */
export async function createVerifier(
  connections: readonly Connection[],
  { loadConnector, readSecretVersions }: Pick<typeof HUB, 'loadConnector' | 'readSecretVersions'> = HUB,
): Promise<Verifier> {
  const marketplaces = [...new Set(connections.map(({ marketplace }) => marketplace))];
  const loaded = await Promise.all(
    marketplaces.map(async (name) => {
      const { webhook } = await loadConnector(name);
      return webhook && ([name, { webhook, versions: await readSecretVersions(name) }] as const);
    }),
  );
  const known = new Map(loaded.filter((entry) => entry !== undefined));
  const byId = new Map(connections.map(({ id, marketplace }) => [id, known.get(marketplace)]));
  return (kept) => verify(kept, byId.get(kept.connection));
}

function verify(kept: Quarantined, by: { webhook: Webhook; versions: SecretVersions } | undefined): boolean {
  if (!by) return false;
  const { current, previous } = pickActive(by.versions, kept.connection);
  const isProof = (credentials: WebhookCredentials | undefined) =>
    credentials !== undefined && by.webhook.admits(kept.evidence, bodyBytes(kept), credentials);
  return isProof(current) || isProof(previous);
}

export interface Verdict {
  matched: number;
  /** Authentic now, and not admitted before. */
  admissible: Array<Quarantined & { slot: string }>;
  refused: number;
  alreadyAdmitted: number;
}

/** What of a connection's quarantine would be admitted now: all of it, or those with these ids. */
export async function judge(connection: Connection, ids: readonly string[] | undefined, hub = HUB): Promise<Verdict> {
  const verifies = await createVerifier([connection], hub);
  const matched = (await readQuarantine(connection.id, hub.table)).filter(({ id }) => !ids || ids.includes(id));
  const waiting = matched.filter(({ admitted }) => admitted === null);
  const admissible = waiting.filter(verifies);
  return {
    matched: matched.length,
    admissible,
    refused: waiting.length - admissible.length,
    alreadyAdmitted: matched.length - waiting.length,
  };
}

/** Past admissions, newest first. */
export const listAdmissions = (page: PageAsked) =>
  listIndex<AdmissionRecord>({ ...across(items.admission.byTime), ...page });

/**
 * Sends what is authentic now to the inbound queue with its original time of receipt. The event's id is derived from
 * the quarantined webhook's, so that crashing or asking twice admits once.
 */
export async function admit(
  connection: Connection,
  { matched, admissible }: Verdict,
  { by, reason }: Pick<Admission, 'by' | 'reason'>,
  { table, sendMessages }: Pick<typeof HUB, 'table' | 'sendMessages'> = HUB,
): Promise<Admission> {
  const admission: Admission = { id: `adm_${randomUUID()}`, at: new Date().toISOString(), by, reason };
  const webhooks = admissible.map(({ id }) => id);
  const record: Item<AdmissionRecord> = {
    ...admission,
    ...{ connection: connection.id, matched, webhooks },
    ...items.admission.key(admission),
    ...keysIn(items.admission.byTime, admission),
  };
  const { id, at } = admission;
  const detail = { connection: connection.id, webhooks };
  await transact([put(record, NEW), putAct({ act: 'webhooks.admitted', about: id, by, reason, at, detail })], table);
  await sendMessages(
    INBOUND_QUEUE,
    admissible.map(({ id, connection: of, topic, receivedAt, ...kept }) => ({
      message: inboundReceived({
        ...{ id: `evt_${id.slice('qtn_'.length)}`, connection: of, topic, receivedBy: 'webhook', receivedAt },
        ...packBody(saidIn(kept)),
      }),
      group: of,
    })),
  );
  // One by one: a slot that was reused meanwhile must not keep the others from being noted.
  for (const { slot, id } of admissible) await transact([putAdmission(connection.id, slot, id, admission)], table);
  return admission;
}
