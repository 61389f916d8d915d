import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { inboundReceived, packBody } from '#events/inbound-body';
import { createCredentials } from '#lib/connections/secrets';
import { isAllowedSource } from '#lib/connections/sources';
import type { Webhook, WebhookCredentials, WebhookRequest } from '#lib/marketplaces/contract';
import { readJson } from '#lib/platform/json';
import { lambda } from '#lib/platform/lambda/lambda';
import { deliveryQueue, envName, INBOUND_QUEUE } from '#lib/platform/names';
import { sendMessage } from '#lib/platform/queue/queue';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { decodeText, withoutCodings } from '#lib/platform/text';
import { createQuarantine } from '#lib/quarantine/offer';

const MAX_BODY_BYTES = 256 * 1024;

/** How the metric counts an answer. */
function resultOf(statusCode: number | undefined) {
  if (statusCode === 200) return 'accepted';
  return statusCode === 401 ? 'unauthorized' : 'invalid';
}

const answer = (statusCode: number, body: object = {}): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Refusals in the hub's own shape, or in the one the vendor documents. */
const refuser = (webhook: Webhook) => (statusCode: number, code: string, description: string) =>
  answer(statusCode, webhook.answer?.({ code, description }) ?? { error: { code, description } });

/**
 * The table's client is only loaded a minute after the start: a webhook that starts a function does not wait for it.
 */
const { getCredentials, sharesQueue, refreshCredentials } = createCredentials({
  announced: async (marketplace) => (await import('#lib/connections/secret-version')).announcedVersion(marketplace),
});

/** Checked in place of a connection that does not exist, so that this takes as long as for one that does. */
const DECOY: WebhookCredentials = { secrets: { webhookSecret: randomUUID() }, settings: {} };

/**
 * The webhook receiver of one marketplace: size cap, raw bytes, authenticity, queue, 200. Answers 200 only once SQS has
 * the event. 400 is for what is authentic but no JSON, which is kept; of refused webhooks a few are offered to the
 * quarantine.
 */
export function receiver(webhook: Webhook) {
  const { name } = webhook.info;
  const quarantine = createQuarantine(webhook);
  const refuse = refuser(webhook);
  // Where polls find orders, an alarm counts those that no webhook told of, and none the calls.
  const isUnwatched = () => webhook.info.sells && process.env[envName.watch] === 'lean';
  const receive = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
    if (body.length > MAX_BODY_BYTES)
      return refuse(413, 'payload_too_large', `the body is over ${MAX_BODY_BYTES} bytes`);
    const [connection = '', topic = '', ...rest] = segments(event.rawPath, name);
    const request = { headers: event.headers as WebhookRequest['headers'], body, rest };
    const { sourceIp } = event.requestContext.http;
    const { authentic, credentials } = await authenticate(webhook, connection, request, sourceIp);
    if (!authentic || !webhook.info.topics.includes(topic)) {
      // Admitting it would let in what only its signature vouches for.
      const isForeign = !isAllowedSource(credentials?.allowedSources, sourceIp);
      if (!authentic && !isForeign) await quarantine.offer({ connection, topic, request, credentials });
      // One body for a wrong secret, connection, topic, path or address: nothing can be learned by trying.
      return refuse(401, 'unauthorized', 'not authorized');
    }
    const { 'content-type': contentType, 'content-encoding': codings } = event.headers;
    const said = withoutCodings(body, codings);
    const message = inboundReceived({ connection, topic, receivedBy: 'webhook', ...packBody(said, contentType) });
    const queue = webhook.info.naming?.includes(topic) ? deliveryQueue(name) : INBOUND_QUEUE;
    const hasGroups = queue === INBOUND_QUEUE || (await sharesQueue(name));
    await sendMessage(queue, { message, ...(hasGroups && { group: connection }) });
    log.info('webhook accepted', { event: message.id, connection, topic });
    const json = readJson(decodeText(said, contentType));
    const read = json === undefined ? webhook.readOther?.(said) : json;
    if (read === undefined && !webhook.isTest?.(said)) return refuse(400, 'not_json', 'the body is not JSON');
    const objection = webhook.objection?.(topic, read);
    return objection ? refuse(400, 'objection', objection) : answer(200, webhook.answer?.(null));
  };
  return lambda<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .after(({ response }) => {
      if (!isUnwatched()) emitMetric('Webhooks', { Marketplace: name, Result: resultOf(response?.statusCode) });
    })
    .onError((request) => {
      log.error('webhook not accepted', { marketplace: name, ...errorFields(request.error) });
      emitMetric('Webhooks', { Marketplace: name, Result: 'unavailable' });
      request.response = refuse(503, 'unavailable', 'not accepted, please send it again');
    })
    .handler(receive);
}

/** Whether the proof holds, and the connection's present credentials; undefined where there is no such connection. */
async function authenticate(webhook: Webhook, connection: string, request: WebhookRequest, sourceIp: string) {
  const { name } = webhook.info;
  const holds = (credentials: WebhookCredentials | undefined): boolean =>
    webhook.authenticate(request, credentials ?? DECOY) && credentials !== undefined;
  const credentials = await getCredentials(name, connection);
  if (holds(credentials) && isAllowedSource(credentials?.allowedSources, sourceIp))
    return { authentic: true, credentials };
  const { current, previous, failure } = await refreshCredentials(name, connection);
  const isProven = [current, previous].map(holds).includes(true);
  const authentic = isProven && isAllowedSource(current?.allowedSources, sourceIp);
  // It may be signed with the secret that could not be read: the sender has to send it again.
  if (!authentic && failure) throw failure;
  return { authentic, credentials: current };
}

/** The path after `/webhooks/{marketplace}/`, which API Gateway has decoded. */
function segments(rawPath: string, marketplace: string): string[] {
  const prefix = `/webhooks/${marketplace}/`;
  return rawPath.slice(rawPath.indexOf(prefix) + prefix.length).split('/');
}
