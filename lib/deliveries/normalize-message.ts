export const GAP = '…';
/** Replaces all but the first letter of a buyer's name, as a session of the console sees it. */
export const DOTS = '•••••';
const MAX_LENGTH = 200;

const MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const DAY = '(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?';
const WRITTEN_DATE = new RegExp(
  String.raw`\b(?:${DAY},?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:${MONTH})\.?\s+\d[\d:,\s]*(?:\s*\b(?:gmt|utc|[ap]m)\b)?`,
  'gi',
);
const URL_OR_EMAIL = /\bhttps?:\/\/[^\s"'<>]+|[^\s@"'<>(),;:]+@[^\s@"'<>(),;:]+\.[a-z]{2,}/gi;
// An apostrophe inside a word is no quotation mark.
const QUOTED = /"[^"\n]*"|`[^`\n]*`|“[^”\n]*”|«[^»\n]*»|‘[^’\n]*’|(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu;
const IS_JSON = /^\s*[[{]/;
const TOKEN = /[\w#-]+/g;
const GAPS = new RegExp(String.raw`${GAP}(?:(?:\s*[,;:/.&+-]\s*|\s+(?:and|or)\s+|\s+)${GAP})+`, 'g');

/**
 * A reason without what differs between deliveries: ids, numbers, quoted values, dates and addresses become `…`, and a
 * list of them becomes a single `…`. Normalizing twice is normalizing once.
 */
export function normalizeMessage(message: string): string {
  // In JSON the reason itself is in quotes.
  const unquoted = IS_JSON.test(message) ? message : message.replace(QUOTED, GAP);
  const normalized = unquoted
    .replace(URL_OR_EMAIL, GAP)
    .replace(WRITTEN_DATE, `${GAP} `)
    .replace(TOKEN, (token) => (/\d/.test(token) ? GAP : token))
    .replace(GAPS, GAP)
    .replace(/\s+/g, ' ')
    .trim();
  if (normalized.length <= MAX_LENGTH) return normalized;
  return `${normalized.slice(0, MAX_LENGTH - 1).trim()}${GAP}`.replace(GAPS, GAP);
}

/** Matches messages with this reason, which a session may have been shown in masked form. */
export function hasReason(reason: string): (message: string) => boolean {
  const [first = '', ...rest] = normalizeMessage(reason).split(DOTS);
  const last = rest.pop();
  return (message) => {
    const said = normalizeMessage(message);
    if (last === undefined) return said === first;
    if (!said.startsWith(first)) return false;
    let from = first.length;
    for (const part of rest) {
      const found = said.indexOf(part, from + 1);
      if (found === -1) return false;
      from = found + part.length;
    }
    return said.endsWith(last) && said.length - last.length > from;
  };
}
