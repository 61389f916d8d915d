import type { Address } from '#lib/orders/order';

const NUMBER = String.raw`\d+(?:[-/]?[a-z]\b|[-/]\d+[a-z]?\b|\s[a-z]\b|\s?bis\b)?`;
const UNIT = String.raw`(?:no\.?\s*|n[uú]m\.?\s*)?(?:int(?:erior)?|depto|departamento|dpto|dep|apto|apt|piso|planta|local|loc|oficina|ofna|of|despacho|suite|torre|edificio|edif|casa|bodega|nave|m[oó]dulo|unit|pb)\b`;

/** Where the part inside a building begins: "Int. 5", "Depto 302", "Piso 3", "3er piso". */
const INTERIOR = new RegExp(
  String.raw`(?:^|[\s,])(?:\d+\s?(?:er|do|ro|to|mo|o|º|°)\.?\s+piso\b|${UNIT}\.?\s*[#:]?\s*\S)`,
  'i',
);
const INTERIOR_AT_START = new RegExp(String.raw`^(?:${INTERIOR.source}|#?\s*${NUMBER}$)`, 'i');
const COLONIA = /(?:^|[\s,])col(?:onia\b|\b\.?)\s*:?\s*(?=\S)/i;
/** A settlement whose kind is part of its name. */
const SETTLEMENT = /^(?:fracc(?:ionamiento)?|barrio|unidad|u\.?\s?h|residencial|ejido|pueblo|rancho|zona|parque)\b/i;
const CROSSING = /(?:^|\s)(?:entre|esq(?:uina)?\b\.?|x(?=\s+\d))\s+\S.*$/i;
const ROAD_ALONE =
  /^(?:calle|c|av|ave|avenida|calz|calzada|blvd|boulevard|bulevar|priv|privada|cda|cerrada|and|andador|carr|carretera|circuito|circ|prol|prolongaci[oó]n|camino|paseo|callej[oó]n|retorno|v[ií]a|diagonal|eje|autopista|km)\.?$/i;

/** The ways to write an exterior number, most explicit first. Groups: the street, the number. */
const EXTERIOR = [
  /^(.*?)[\s,]+((?:s\s?\/\s?n|sin n[uú]mero)\.?)$/i,
  new RegExp(String.raw`^(.*?)[\s,]+(?:(?:no|n[uú]m|n[uú]mero|ext|exterior)\b\.?\s*|#\s*|n[°º]\s*)+(${NUMBER})$`, 'i'),
  /^(.*?)[\s,]+((?:m(?:z|za|zna|anzana)\b\.?\s*\w+[\s,]+)?l(?:t|te|ote)\b\.?\s*\w+)$/i,
  /^(.*?)[\s,]+(km\.?\s*\d+(?:[.,+]\d+)?)$/i,
  new RegExp(String.raw`^(.*\p{L}.*?)[\s,]+(${NUMBER})$`, 'iu'),
];

/** As long as the longest label allows; some patterns here take time quadratic in a line's length. */
export const MAX_LINE = 500;

/**
 * Splits an address the way Mexican ones are written, each line cut at `MAX_LINE`; a part that is not there stays empty.
 * The colonia is what remains of `extended_address`, or of the street line after its number.
 */
export function parseAddress(address: Address) {
  const [line = '', ...rest] = partsOf(address.street_address);
  const known = [address.address_locality, address.address_region, address.postal_code, 'mexico'].map(plain);
  const { street, inside, colonia, after } = readStreet(line, rest);
  const found = { interior: [inside], colonia: [colonia], other: [] as string[], crossing: street.crossing };

  for (const part of [...after, ...partsOf(address.extended_address)]) {
    const [before = '', named] = splitColonia(part);
    if (named) found.colonia.push(named);
    if (before === '' || known.includes(plain(before)) || /^c\.?\s?p\.?\s*\d+$/i.test(before)) continue;
    if (CROSSING.test(before)) found.crossing ||= before;
    else if (SETTLEMENT.test(before)) found.colonia.push(before);
    else if (INTERIOR_AT_START.test(before)) found.interior.push(before);
    else found.other.push(before);
  }

  const named = found.colonia.filter(Boolean);
  const interior = named.length > 0 ? [...found.interior, ...found.other] : found.interior;
  return {
    calle: [street.name, found.crossing].filter(Boolean).join(' '),
    noExterior: street.number,
    noInterior: interior.filter(Boolean).map(withoutLabel).join(', '),
    colonia: (named.length > 0 ? named : found.other).join(', '),
  };
}

/** Reads the first part; joined with the second if only that has the number ("Av. Vallarta, 1234"). */
function readStreet(line: string, [next, ...others]: string[]) {
  const alone = readLine(line);
  if (alone.street.number !== '' || next === undefined)
    return { ...alone, after: next === undefined ? [] : [next, ...others] };
  const joined = readLine(`${line} ${next}`);
  return joined.street.number === '' ? { ...alone, after: [next, ...others] } : { ...joined, after: others };
}

function readLine(line: string) {
  const [beforeColonia = '', colonia = ''] = splitColonia(line);
  const crossing = CROSSING.exec(beforeColonia)?.[0].trim() ?? '';
  const located = crossing === '' ? beforeColonia : beforeColonia.replace(CROSSING, '');
  const start = INTERIOR.exec(located)?.index ?? -1;
  const hasInside = start > 0;
  const inside = hasInside ? located.slice(start).trim() : '';
  const street = readNumber((hasInside ? located.slice(0, start) : located).trim());
  return { street: { ...street, crossing }, inside, colonia };
}

function readNumber(text: string): { name: string; number: string } {
  for (const pattern of EXTERIOR) {
    const [, name = '', number = ''] = pattern.exec(text) ?? [];
    // "Calle 10" is a street without a number, not number 10 of a street without a name.
    if (number === '' || name === '' || ROAD_ALONE.test(name.trim())) continue;
    return { name: name.trim(), number: /^s/i.test(number) ? 'S/N' : number };
  }
  return { name: text, number: '' };
}

/** The text before `Col.`, and the colonia's name after it. */
function splitColonia(text: string): [string, string?] {
  const match = COLONIA.exec(text);
  if (!match) return [text];
  return [text.slice(0, match.index).trim(), text.slice(match.index + match[0].length).trim()];
}

/** "Int. 5" becomes 5; other labels ("Depto") stay, as the courier needs them. */
const withoutLabel = (interior: string): string =>
  interior.replace(/^(?:(?:no|n[uú]m)\.?\s*)?int(?:erior)?\b\.?\s*[#:]?\s*|^#\s*/i, '');

const partsOf = (line: string | undefined): string[] =>
  (line ?? '')
    .slice(0, MAX_LINE)
    .split(/[,;\n]+/)
    .map((part) => part.replaceAll(/\s+/g, ' ').trim())
    .filter((part) => part !== '');

const plain = (text: string | undefined): string =>
  (text ?? '').normalize('NFD').replaceAll(/\p{M}/gu, '').trim().toLowerCase();

/** By Marketful's code: the ISO 3166-2 code without its country, then names and abbreviations, plain and lower case. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  AG: ['agu', 'aguascalientes', 'ags'],
  BC: ['bcn', 'baja california', 'baja california norte', 'b c', 'b c n'],
  BS: ['bcs', 'baja california sur', 'b c s'],
  CM: ['cam', 'campeche', 'camp'],
  CS: ['chp', 'chiapas', 'chis'],
  CH: ['chh', 'chihuahua', 'chih'],
  CO: ['coa', 'coahuila', 'coahuila de zaragoza', 'coah'],
  CL: ['col', 'colima'],
  DF: ['cmx', 'cdmx', 'ciudad de mexico', 'cd de mexico', 'cd mexico', 'mexico city', 'distrito federal', 'd f', 'dif'],
  DG: ['dur', 'durango', 'dgo'],
  GT: ['gua', 'guanajuato', 'gto'],
  GR: ['gro', 'guerrero'],
  HG: ['hid', 'hidalgo', 'hgo'],
  JA: ['jal', 'jalisco'],
  EM: [
    ...['mex', 'mexico', 'edomex', 'edo de mex', 'state of mexico', 'mexico state'],
    ...['estado de mexico', 'edo de mexico', 'edo mexico', 'edo mex'],
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
  Object.entries(STATES).flatMap(([code, all]) => [code.toLowerCase(), ...all].map((name) => [name, code] as const)),
);

/** `Estado`, such as `MX-JA`, for a Mexican state's name, ISO 3166-2 code or common abbreviation; null for others. */
export function stateCode(region: string): string | null {
  const words = (plain(region).match(/[a-z]+/g) ?? []).join(' ');
  const bare = [words.replace(/^(mx|mexico|estado de) /, ''), words.replace(/ (mx|mexico|cdmx)$/, '')];
  // "Mexico" after such a prefix or suffix is removed means the country, not the state.
  const code = [words, ...bare.filter((each) => each !== 'mexico')].map((each) => CODES.get(each)).find(Boolean);
  return code === undefined ? null : `MX-${code}`;
}
