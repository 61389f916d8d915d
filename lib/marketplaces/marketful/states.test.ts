import { expect, test } from 'vitest';
import { stateCode } from './states.ts';

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
