import { RejectedError } from '#lib/platform/errors';
import type { WebhookRegistry } from '../contract.ts';
import { rowsIn } from '../kit/json.ts';
import { readShape } from '../kit/shape.ts';
import { call, Webhook } from './api.ts';
import { info } from './manifest.ts';

/** Topic → Marketful's `tipo`: `order/created`, `shipment_event/created`. */
const tipoOf = (topic: string): string => topic.replace(/-(\w+)$/, '/$1').replaceAll('-', '_');

export const webhookRegistry: WebhookRegistry = {
  // "Ya existe un Webhook para order/created": a second URL is refused.
  oneUrlPerTopic: true,

  // GET /webhooks/consultar: "Listado de los Webhooks"
  async list(context) {
    const { body } = await call(context, { method: 'GET', path: '/webhooks/consultar' });
    const topicOf = (tipo: string) => info.topics.find((topic) => tipoOf(topic) === tipo.toLowerCase()) ?? null;
    return (rowsIn(body, ['webhooks', 'data'], 'url') ?? []).map((row, index) => {
      const { id, url, tipo } = readShape(Webhook, row, `webhooks[${index}]`);
      return { id, url, topic: topicOf(tipo) };
    });
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
