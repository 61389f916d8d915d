import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_LINE, parseAddress, stateCode } from './address.ts';

const cases: Array<[street: string, extended: string, ...expected: string[]]> = [
  // street line, extended address → calle, no_exterior, no_interior, colonia
  ['Av. Vallarta 1234 Int. 5', 'Americana', 'Av. Vallarta', '1234', '5', 'Americana'],
  ['Av. Vallarta 1234', 'Int. 5, Col. Americana', 'Av. Vallarta', '1234', '5', 'Americana'],
  ['Av. Vallarta 1234, Int. 5, Col. Americana', '', 'Av. Vallarta', '1234', '5', 'Americana'],
  ['Calle 5 de Mayo #12-B', 'Centro', 'Calle 5 de Mayo', '12-B', '', 'Centro'],
  ['5 de Mayo 12', 'Col. Centro', '5 de Mayo', '12', '', 'Centro'],
  ['5 de Mayo', 'Centro', '5 de Mayo', '', '', 'Centro'],
  ['Calle Pino Núm. 12 Bis', 'Colonia: Las Flores', 'Calle Pino', '12 Bis', '', 'Las Flores'],
  ['16 de Septiembre No. 100 A', 'Centro', '16 de Septiembre', '100 A', '', 'Centro'],
  ['Insurgentes Sur 1602 Piso 3', 'Crédito Constructor', 'Insurgentes Sur', '1602', 'Piso 3', 'Crédito Constructor'],
  ['Insurgentes Sur 1602 3er piso', 'Del Valle', 'Insurgentes Sur', '1602', '3er piso', 'Del Valle'],
  [
    'Insurgentes Sur 1602 Piso 3 Oficina 301',
    'Colonia Del Valle',
    'Insurgentes Sur',
    '1602',
    'Piso 3 Oficina 301',
    'Del Valle',
  ],
  ['Reforma 222, Piso 3, Juárez', '', 'Reforma', '222', 'Piso 3', 'Juárez'],
  ['Hidalgo s/n', 'San Juan', 'Hidalgo', 'S/N', '', 'San Juan'],
  ['Hidalgo S / N', 'San Juan', 'Hidalgo', 'S/N', '', 'San Juan'],
  ['Hidalgo sin número', 'San Juan', 'Hidalgo', 'S/N', '', 'San Juan'],
  ['Carretera a Chapala Km 4.5', 'El Salto', 'Carretera a Chapala', 'Km 4.5', '', 'El Salto'],
  ['Carretera a Chapala Km. 4.5 s/n', 'El Salto', 'Carretera a Chapala Km. 4.5', 'S/N', '', 'El Salto'],
  ['Km 4.5', 'El Salto', 'Km 4.5', '', '', 'El Salto'],
  ['Calle 59 464', 'Centro', 'Calle 59', '464', '', 'Centro'],
  ['Calle 59 #464 x 52 y 54', 'Centro', 'Calle 59 x 52 y 54', '464', '', 'Centro'],
  ['Morelos 20 entre Juárez y Allende', 'Centro', 'Morelos entre Juárez y Allende', '20', '', 'Centro'],
  ['Calle 10', 'Centro', 'Calle 10', '', '', 'Centro'],
  ['Av. Vallarta, 1234', 'Americana', 'Av. Vallarta', '1234', '', 'Americana'],
  ['Av. Vallarta, No. Ext. 1234, No. Int. 5', 'Americana', 'Av. Vallarta', '1234', '5', 'Americana'],
  ['Av. Vallarta Núm. 1234', 'Americana', 'Av. Vallarta', '1234', '', 'Americana'],
  ['Av. Vallarta Número 1234', 'Americana', 'Av. Vallarta', '1234', '', 'Americana'],
  ['Av Patria 12 Torre B Depto 4', 'Jardines', 'Av Patria', '12', 'Torre B Depto 4', 'Jardines'],
  ['Av Patria 12', 'Depto 4', 'Av Patria', '12', 'Depto 4', ''],
  ['Av Patria 12', '#4', 'Av Patria', '12', '4', ''],
  ['Av Patria 12', '4-B, Col. Jardines', 'Av Patria', '12', '4-B', 'Jardines'],
  ['Av Patria 12', 'Fracc. Los Pinos', 'Av Patria', '12', '', 'Fracc. Los Pinos'],
  ['Av Patria 12 Col. Jardines', 'Depto 4', 'Av Patria', '12', 'Depto 4', 'Jardines'],
  ['Av Patria 12', 'Col. Jardines, portón verde', 'Av Patria', '12', 'portón verde', 'Jardines'],
  ['Av Patria 12', 'Col. Jardines, Guadalajara, C.P. 44160', 'Av Patria', '12', '', 'Jardines'],
  ['Av Patria 12, Guadalajara', '', 'Av Patria', '12', '', ''],
  ['Los Pinos Mz 4 Lt 12', 'La Loma', 'Los Pinos', 'Mz 4 Lt 12', '', 'La Loma'],
  ['Cofradía 8', 'Colinas de San Javier', 'Cofradía', '8', '', 'Colinas de San Javier'],
  ['Internacional 45', 'Localito', 'Internacional', '45', '', 'Localito'],
  ['', '', '', '', '', ''],
];

test.each(cases)('reads "%s" with "%s"', (street_address, extended_address, ...expected) => {
  const address = { street_address, extended_address, address_locality: 'Guadalajara', postal_code: '44160' };
  const { calle, noExterior, noInterior, colonia } = parseAddress(address);
  expect([calle, noExterior, noInterior, colonia]).toEqual(expected);
});

test('reads any text without failing, and makes no word up', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (street_address, extended_address) => {
      const { calle, noExterior } = parseAddress({ street_address, extended_address });
      const given = `${street_address} ${extended_address}`.toLowerCase();
      for (const word of `${calle} ${noExterior}`.replace('S/N', '').toLowerCase().split(/\s+/)) {
        expect(given).toContain(word);
      }
    }),
  );
});

test.each(['# ', 'no ', 'n ', 'mz 1 ', 'a, ', '\n', 'col ', '1 x '])('reads 250 KB of %j without delay', (piece) => {
  const line = piece.repeat(250_000 / piece.length);
  expect(parseAddress({ street_address: line, extended_address: line }).calle.length).toBeLessThanOrEqual(MAX_LINE);
});

const DOCUMENTED =
  'AG BC BS CM CS CH CO CL DF DG GT GR HG JA EM MI MO NA NL OA PU QT QR SL SI SO TB TM TL VE YU ZA'.split(' ');
const ISO =
  'AGU BCN BCS CAM CHP CHH COA COL CMX DUR GUA GRO HID JAL MEX MIC MOR NAY NLE OAX PUE QUE ROO SLP SIN SON TAB TAM TLA VER YUC ZAC'.split(
    ' ',
  );

test('knows every state by its letters and by its ISO 3166-2 code', () => {
  const codes = DOCUMENTED.map((code) => `MX-${code}`);
  expect(codes.map(stateCode)).toEqual(codes);
  expect(DOCUMENTED.map((code) => stateCode(`MX - ${code}`))).toEqual(codes);
  expect(new Set(ISO.map((code) => stateCode(`MX-${code}`)))).toEqual(new Set(codes));
  expect(new Set(ISO.map(stateCode)).size).toBe(32);
});

test.each([
  ['Jalisco', 'JA'],
  ['JALISCO', 'JA'],
  ['Jal.', 'JA'],
  ['Nuevo León', 'NL'],
  ['nuevo leon', 'NL'],
  ['N.L.', 'NL'],
  ['Ciudad de México', 'DF'],
  ['Ciudad de México (CDMX)', 'DF'],
  ['México, D.F.', 'DF'],
  ['Cd. de México', 'DF'],
  ['Jalisco, México', 'JA'],
  ['Estado de Jalisco', 'JA'],
  ['CDMX', 'DF'],
  ['D.F.', 'DF'],
  ['Estado de México', 'EM'],
  ['Edo. Mex.', 'EM'],
  ['México', 'EM'],
  ['Michoacán de Ocampo', 'MI'],
  ['Q. Roo', 'QR'],
  ['Baja California', 'BC'],
  ['Baja California Sur', 'BS'],
  ['B.C.S.', 'BS'],
  ['Qro', 'QT'],
  ['San Luis Potosí', 'SL'],
  ['Chis.', 'CS'],
  ['Chih', 'CH'],
  ['Coah.', 'CO'],
  ['Colima', 'CL'],
])('knows %s', (name, code) => expect(stateCode(name)).toBe(`MX-${code}`));

test.each(['', 'Texas', 'MX', 'Guadalajara', 'XX', '12'])('does not guess at "%s"', (name) =>
  expect(stateCode(name)).toBeNull(),
);
