import { asTexts, type Dialect, lackingAll, type Shown, withoutZone } from '../dialects.ts';

const OPTIONAL = /^(canal|description|contact_info|items)$/;

const SPANISH: Readonly<Record<string, string>> = {
  created: 'Creado',
  shipped: 'Enviado',
  in_transit: 'En tránsito',
  delivered: 'Entregado',
  failed_attempt: 'Intento fallido',
  returned: 'Devuelto',
  cancelled: 'Cancelado',
};
const inSpanish = (status: unknown): string => SPANISH[String(status)] ?? String(status);

const ofStatuses = (change: (status: unknown) => unknown): Dialect => {
  const within = (shown: Shown): Shown =>
    Object.fromEntries(
      Object.entries(shown).map(([key, value]) => [
        key,
        key === 'status' ? change(value) : Array.isArray(value) ? value.map((each) => within(each as Shown)) : value,
      ]),
    );
  return within;
};

/** An orden, an event of one, or the answer to a placed order, worded differently with the same meaning. */
export const DIALECTS = {
  texts: asTexts,
  ...lackingAll(OPTIONAL),
  spanish: ofStatuses(inSpanish),
  'status-as-object': ofStatuses((status) => ({ id: 4, nombre: inSpanish(status) })),
  'dates-without-zone': withoutZone(/_at$/),
  'events-without-ids': ({ shipment_events: events, ...shown }) => ({
    ...shown,
    ...(Array.isArray(events) && { shipment_events: events.map(({ id: _id, ...event }) => event) }),
  }),
  'other-members': (shown) => ({ ...shown, almacen: { id: 2 }, etiquetas: ['a', null] }),
  'other-answers': ({ message, order, ...shown }) =>
    message === undefined
      ? { ...shown, ...(order === undefined ? {} : { order }) }
      : { ...shown, message: 'Orden creada exitosamente', pedido: order },
} as const satisfies Record<string, Dialect>;
