/** HTML's names: of marks on a letter, and of what has no mark. */
const MARKS: Record<string, string> = {
  ...{ acute: '\u0301', grave: '\u0300', circ: '\u0302', tilde: '\u0303', uml: '\u0308', ring: '\u030a' },
  ...{ cedil: '\u0327', caron: '\u030c', ogon: '\u0328', dot: '\u0307' },
};
const SIGNS: Record<string, string> = {
  ...{ nbsp: ' ', szlig: 'ß', oslash: 'ø', aelig: 'æ', oelig: 'œ', eth: 'ð', thorn: 'þ', lstrok: 'ł', dstrok: 'đ' },
  ...{ ordm: 'º', ordf: 'ª', apos: "'", quot: '"' },
};
const MARKED = new RegExp(`&([a-z])(${Object.keys(MARKS).join('|')});`, 'gi');
const SIGN = new RegExp(`&(${Object.keys(SIGNS).join('|')});`, 'gi');
const NUMBER = /&#(x[0-9a-f]{1,5}|\d{1,6});/gi;

/** A text without HTML's character references. Marks stand behind their letters, and letters without one are small. */
export const decodeReferences = (text: string): string =>
  text
    .replaceAll('&amp;', '&')
    .replaceAll(MARKED, (_, letter: string, mark: string) => `${letter}${MARKS[mark.toLowerCase()]}`)
    .replaceAll(SIGN, (_, name: string) => SIGNS[name.toLowerCase()] ?? '')
    .replaceAll(NUMBER, (_, code: string) => String.fromCodePoint(Number(`0${code.toLowerCase()}`)));
