import { RejectedError } from '#lib/platform/errors';
import type { WebhookRegistry } from '../contract.ts';
import { readShape } from '../kit/shape.ts';
import { call, WebhookList } from './api.ts';
import { info } from './manifest.ts';

/** Topic → Marketful's `tipo`: `order/created`, `shipment_event/created`. */
const tipoOf = (topic: string): string => topic.replace(/-(\w+)$/, '/$1').replaceAll('-', '_');

export const webhookRegistry: WebhookRegistry = {
  // "Ya existe un Webhook para order/created": a second URL is refused.
  oneUrlPerTopic: true,

  // GET /webhooks/consultar
  async list(context) {
    const { body } = await call(context, { method: 'GET', path: '/webhooks/consultar' });
    const { webhooks = [] } = readShape(WebhookList, body);
    const topicOf = (tipo: string) => info.topics.find((topic) => tipoOf(topic) === tipo) ?? null;
    return webhooks.map(({ id, url, tipo }) => ({ id, url, topic: topicOf(tipo) }));
  },

  // POST /webhooks/crear: repeating type and URL answers with the existing webhook.
  async create(context, topic, url) {
    await call(context, { method: 'POST', path: '/webhooks/crear', json: { url, tipo: tipoOf(topic) } });
  },

  // POST /webhooks/eliminar
  async remove(context, id) {
    try {
      await call(context, { method: 'POST', path: '/webhooks/eliminar', json: { webhook_id: id } });
    } catch (error) {
      // "Webhook 4 no encontrado": somebody else removed it.
      if (!(error instanceof RejectedError) || !/no encontrado/i.test(error.detail.description)) throw error;
    }
  },
};
