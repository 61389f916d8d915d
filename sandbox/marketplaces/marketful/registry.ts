import type { FastifyInstance } from 'fastify';
import type { Base } from '../base.ts';
import type { Collection } from '../store.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { authAnswers, authenticate, type Credentials, parametersOf, refuse, wholeNumber } from './answers.ts';
import { localTime } from './order.ts';

const TOPICS = ['order/created', 'order/updated', 'shipment_event/created'] as const;
export type Topic = (typeof TOPICS)[number];

export interface Webhook {
  id: number;
  url: string;
  tipo: Topic;
  created_at: string;
}

/** The registered webhooks: one of a kind. */
export type Registry = ReturnType<typeof createRegistry>;

export function createRegistry({ base, sender }: { base: Base; sender: WebhookSender }) {
  const { store, now } = base;
  const webhooks: Collection<Webhook> = store.collection('webhooks');
  const find = (topic: Topic): Webhook | undefined => webhooks.list().find(({ tipo }) => tipo === topic);
  return {
    list: () => webhooks.list(),
    create(url: unknown, tipo: unknown) {
      if (typeof url !== 'string' || url === '' || typeof tipo !== 'string' || tipo === '')
        throw refuse([404, 'Parametros incompletos (url y tipo deben estar presentes']);
      const topic = TOPICS.find((known) => known === tipo);
      if (!topic) throw refuse([404, `Webhook ${tipo} desconocido/invalido`]);
      const existing = find(topic);
      if (existing?.url === url) return existing;
      if (existing) throw refuse([404, `Ya existe un Webhook para ${topic}`]);
      if (!isUrl(url)) throw refuse([404, 'Error al crear Webhook'], { error: 'url is not a valid URL' });
      const webhook = { id: store.next('webhook'), url, tipo: topic, created_at: localTime(now()) };
      return webhooks.put(String(webhook.id), webhook);
    },
    remove(id: number) {
      if (!webhooks.get(String(id))) throw refuse([404, `Webhook ${id} no encontrado`]);
      webhooks.remove(String(id));
    },
    /** Calls the URL that is registered for this topic. */
    notify(topic: Topic, body: Record<string, unknown>) {
      const webhook = find(topic);
      if (webhook) sender.send({ topic, url: withScheme(webhook.url), body: { tipo: topic, ...body } });
    },
  };
}

function isUrl(url: string): boolean {
  return /^(https?:\/\/)?[^\s/:]+(:\d+)?(\/\S*)?$/.test(url) && URL.canParse(withScheme(url));
}

/** The document's own example has no scheme. */
const withScheme = (url: string): string => (/^https?:\/\//.test(url) ? url : `http://${url}`);

interface Parts {
  credentials: Credentials;
  registry: Registry;
}

/** The endpoints of the webhook registry. */
export function serveWebhooks(app: FastifyInstance, { credentials, registry }: Parts): void {
  const known = { preHandler: authenticate(credentials, authAnswers.webhooks) };

  app.get('/webhooks/consultar', known, async () => ({ message: 'Success', webhooks: registry.list() }));

  app.post('/webhooks/crear', known, async (request) => {
    const { url, tipo } = parametersOf(request);
    return { message: 'Success', webhook: registry.create(url, tipo) };
  });

  app.post('/webhooks/eliminar', known, async (request) => {
    const id = wholeNumber(parametersOf(request).webhook_id);
    if (id === null) throw refuse([404, 'Parametro webhook_id no esta presente o esta en un formato invalido']);
    registry.remove(id);
    return { message: 'Success' };
  });
}
