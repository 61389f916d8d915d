const contactInfo = {
  num_orden: 'SC-1001',
  orden_id: 'scopio-main:ord_8f3a',
  customer: 'Ana Torres',
  carrier_name: 'DHL',
  telefono: '+523312345678',
  calle: 'Av. Vallarta',
  no_exterior: '1234',
  no_interior: '5',
  colonia: 'Americana',
  ciudad: 'Guadalajara',
  Estado: 'MX-JA',
  codigo_postal: '44160',
  canal: 'scopio-main',
  tipo_envio: 'económico',
};

/** For tests: a valid fulfillment order; an override of undefined leaves a field out. */
export function placement(overrides: Record<string, unknown> = {}, items: unknown = [{ sku: 'MUG-RED', cantidad: 2 }]) {
  return { order: { contact_info: { ...contactInfo, ...overrides }, items } };
}
