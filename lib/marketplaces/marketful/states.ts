/** Their two letters, then ISO 3166-2 without its country, then names and abbreviations, all plain and in lower case. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  AG: ['agu', 'aguascalientes', 'ags'],
  BC: ['bcn', 'baja california', 'baja california norte', 'b c', 'b c n'],
  BS: ['bcs', 'baja california sur', 'b c s'],
  CM: ['cam', 'campeche', 'camp'],
  CS: ['chp', 'chiapas', 'chis'],
  CH: ['chh', 'chihuahua', 'chih'],
  CO: ['coa', 'coahuila', 'coahuila de zaragoza', 'coah'],
  CL: ['col', 'colima'],
  DF: ['cmx', 'cdmx', 'ciudad de mexico', 'mexico city', 'distrito federal', 'd f', 'dif'],
  DG: ['dur', 'durango', 'dgo'],
  GT: ['gua', 'guanajuato', 'gto'],
  GR: ['gro', 'guerrero'],
  HG: ['hid', 'hidalgo', 'hgo'],
  JA: ['jal', 'jalisco'],
  EM: [
    'mex',
    'mexico',
    'estado de mexico',
    'edo de mexico',
    'edo mexico',
    'edomex',
    'edo mex',
    'edo de mex',
    'state of mexico',
    'mexico state',
  ],
  MI: ['mic', 'michoacan', 'michoacan de ocampo', 'mich'],
  MO: ['mor', 'morelos'],
  NA: ['nay', 'nayarit'],
  NL: ['nle', 'nuevo leon', 'n l'],
  OA: ['oax', 'oaxaca'],
  PU: ['pue', 'puebla'],
  QT: ['que', 'queretaro', 'queretaro de arteaga', 'qro'],
  QR: ['roo', 'quintana roo', 'q roo', 'qroo', 'q r'],
  SL: ['slp', 'san luis potosi', 's l p'],
  SI: ['sin', 'sinaloa'],
  SO: ['son', 'sonora'],
  TB: ['tab', 'tabasco'],
  TM: ['tam', 'tamaulipas', 'tamps'],
  TL: ['tla', 'tlaxcala', 'tlax'],
  VE: ['ver', 'veracruz', 'veracruz de ignacio de la llave'],
  YU: ['yuc', 'yucatan'],
  ZA: ['zac', 'zacatecas'],
};

const CODES = new Map(
  Object.entries(STATES).flatMap(([code, names]) =>
    [code.toLowerCase(), ...names].map((name) => [name, code] as const),
  ),
);

/** `Estado`, such as `MX-JA`, of a Mexican state's name, ISO 3166-2 code or common abbreviation; null for anything else. */
export function stateCode(region: string): string | null {
  const plain = region.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain.replaceAll(/[^a-z]+/g, ' ').trim();
  const code = CODES.get(words) ?? CODES.get(words.replace(/^mx /, ''));
  return code === undefined ? null : `MX-${code}`;
}
