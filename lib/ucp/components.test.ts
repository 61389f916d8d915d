import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { expect, it, test } from 'vitest';
import type { SignedMessage } from './components.ts';
import { publicJwk, rotated, type UcpKey } from './keys.ts';
import { type FindKey, verifyUcp } from './signatures.ts';

const [made] = rotated([]) as [UcpKey];
const { kid } = made.jwk;
const AGENT = 'profile="https://platform.example/ucp.json"';
const findKey: FindKey = async (_profile, asked) => (asked === kid ? publicJwk(made) : undefined);

const MESSAGE: SignedMessage = {
  ...{ method: 'GET', scheme: 'https', authority: 'hub.example', path: '/ucp/2026-04-08/orders/shop%3A1' },
  query: "?a=1&two%20words=it's%20~%C3%A9&b=x&b=y",
  headers: { 'ucp-agent': AGENT },
};
/** What UCP wants covered, as lines of a signature base. */
const WANTED = [
  '"@method": GET',
  '"@authority": hub.example',
  `"@path": ${MESSAGE.path}`,
  `"@query": ${MESSAGE.query}`,
  `"ucp-agent": ${AGENT}`,
];

/** Signs lines written by hand after RFC 9421, 2.5; `input` is what is sent of them. */
function signed(
  lines: readonly string[],
  { params = `;keyid="${kid}"`, label = 'sig1', key = createPrivateKey({ key: { ...made.jwk }, format: 'jwk' }) } = {},
) {
  const input = `(${lines.map((line) => line.slice(0, line.indexOf(': '))).join(' ')})${params}`;
  const base = [...lines, `"@signature-params": ${input}`].join('\n');
  const value = sign('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  return { input: `${label}=${input}`, value: `${label}=:${value}:` };
}
const verdict = (signature: { input: string; value: string }, headers: Record<string, string> = {}, changes = {}) =>
  verifyUcp(
    {
      ...{ ...MESSAGE, ...changes },
      headers: {
        ...{ ...MESSAGE.headers, ...headers },
        ...{ 'signature-input': signature.input, signature: signature.value },
      },
    },
    findKey,
  ).then(
    () => 'holds',
    ({ code, message }) => `${code}: ${message}`,
  );

test.each([
  ['"@query-param";name="a": 1'],
  ['"@query-param";name="two%20words": it%27s%20%7E%C3%A9'],
  ['"accept";bs: :KiAvICo=:'],
  ['"content-type": application/json; charset=utf-8'],
  ['"content-type";sf: application/json;charset=utf-8'],
  ['"content-digest";key="sha-256": :47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'],
  ['"ucp-agent";sf: profile="https://platform.example/ucp.json"'],
])('a component with parameters is read as RFC 9421 has it: %s', async (line) => {
  const headers = {
    ...{ accept: '* / *', 'content-type': 'application/json; charset=utf-8' },
    'content-digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:,  other=:AA==:',
  };
  expect(await verdict(signed([...WANTED, line]), headers)).toBe('holds');
  expect(await verdict(signed([...WANTED, `${line}x`]), headers)).toBe(
    `signature_invalid: the signature with key ${kid} does not hold`,
  );
});

test.each([
  ['"@query-param";name="b": x', 'signature_invalid: "@query-param";name="b" is there more than once: sign @query'],
  ['"@query-param";name="c": x', 'signature_missing: "@query-param";name="c" is signed and was not sent'],
  ['"@status": 200', 'signature_invalid: a request has no "@status"'],
  ['"@method";req: GET', 'signature_invalid: a request has no "@method";req'],
  ['"ucp-agent";tr: x', 'signature_invalid: "ucp-agent";tr is no component of a request'],
  ['"x-own";sf: x', 'signature_invalid: the structure of "x-own";sf is not known: sign it without sf'],
  ['"x-own";key="a": 1', 'signature_invalid: "x-own";key="a" has not the structure that it is signed by (RFC 8941)'],
  ['"x-absent": x', 'signature_missing: "x-absent" is signed and was not sent'],
  ['"constructor": x', 'signature_missing: "constructor" is signed and was not sent'],
])('what a request cannot have, or nobody can tell, is refused by its name: %s', async (line, said) => {
  expect(await verdict(signed([...WANTED, line]), { 'x-own': '{' })).toBe(said);
});

it('holds by the profile in UCP-Agent alone, and by no other member of it', async () => {
  const others = WANTED.slice(0, -1);
  const profile = '"ucp-agent";key="profile": "https://platform.example/ucp.json"';
  expect(await verdict(signed([...others, profile]))).toBe('holds');
  const version = await verdict(signed([...others, '"ucp-agent";key="version": 1']), {
    'ucp-agent': `${AGENT}, version=1`,
  });
  expect(version).toBe('signature_missing: the signature must cover ucp-agent');
});

it('holds however its headers are spaced, its labels ordered and what else is signed beside it', async () => {
  const { input, value } = signed(WANTED, { params: `;created=1795162500;keyid="${kid}";tag="a\\"b"`, label: 'b' });
  const spaced = input.replace('=(', '=(  ').replaceAll(';', '; ').replace('" "@path', '"  "@path');
  expect(await verdict({ input: spaced, value })).toBe('holds');
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const [old, forged] = [
    signed(WANTED, { params: ';keyid="old"', label: 'a', key: stranger }),
    signed(WANTED, { label: 'c', key: stranger }),
  ];
  const among = { input: `${old.input},${forged.input},${input}`, value: `${value}, ${forged.value},${old.value}` };
  expect(await verdict(among)).toBe('holds');
  expect(await verdict({ ...among, input: `${forged.input}, ${old.input}` })).toContain('does not hold');
  expect(await verdict({ input: `${input}, (`, value })).toMatch(
    /^signature_missing: signature-input is no dictionary/,
  );
});

it('is refused where a covered digest is that of a body, as none is read', async () => {
  const digest = (of: string) => ({ lines: [...WANTED, `"content-digest": ${of}`], headers: { 'content-digest': of } });
  const empty = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:';
  for (const [of, expected] of [
    [`md5=:AAAA:, ${empty}`, 'holds'],
    [`${empty}, sha-512=:AAAA:`, 'digest_mismatch'],
    ['sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:', 'digest_mismatch'],
  ] as const) {
    const { lines, headers } = digest(of);
    expect((await verdict(signed(lines), headers)).split(':')[0], of).toBe(expected);
  }
});
