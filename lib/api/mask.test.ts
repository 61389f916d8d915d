import { expect, test } from 'vitest';
import { orderOf } from '#test/support/orders';
import { maskAnswer, maskValue, wordsOf } from './mask.ts';

const dots = '•••••';

test('members that say who bought are dotted, under whatever name; country and the beginning of the postal code stay', () => {
  const buyer = { first_name: 'Elena', email: 'elena@example.com', phone_number: '', company: null, taxId: 'PL1' };
  const address = { street_address: 'Storgatan 1', postal_code: '222 22', address_country: 'SE' };
  expect(maskValue({ buyer, shippingAddress: address, number: 'SC-1' })).toEqual({
    buyer: { first_name: `E${dots}`, email: `e${dots}`, phone_number: '', company: null, taxId: `P${dots}` },
    shippingAddress: { street_address: `S${dots}`, postal_code: `22${dots}`, address_country: 'SE' },
    number: 'SC-1',
  });
});

test('a name in the words of a remote is dotted, one that is part of another word or of an id is not', () => {
  const words = wordsOf([orderOf({ buyer: { first_name: 'Ana', email: 'ana@example.com' }, shippingAddress: {} })]);
  const delivery = {
    id: 'dlv_ana',
    connection: 'ana',
    cause: { code: 'http_422', description: 'Ana (ANA@example.com) of Canada?' },
  };
  expect(maskValue(delivery, words)).toEqual({
    ...delivery,
    cause: { code: 'http_422', description: `A${dots} (A${dots}) of Canada?` },
  });
});

test('neither is the buyer given away by another spelling of a remote, nor by the words of a cause', () => {
  const address = { street_address: 'Calle Loma 12', extended_address: '4B', phone_number: '+52 (33) 1234-5678' };
  const words = wordsOf([
    orderOf({ buyer: { first_name: 'Jos\u00e9', taxId: 'XAXX010101' }, shippingAddress: address }),
  ]);
  const said = 'JOSE\u0301, calle  loma 12, 33 1234 5678, +523312345678, RFC xaxx010101; 9912345678901';
  expect(maskValue({ description: said }, words)).toEqual({
    description: `J${dots}, c${dots}, 3${dots}, +${dots}, RFC x${dots}; 9912345678901`,
  });
  expect(maskValue({ message: 'no Calle Loma … for …' }, words)).toEqual({ message: `no C${dots} for …` });
});

test('nor by whoever prints no accents, or others', () => {
  const buyer = { first_name: 'Jos\u00e9', last_name: 'N\u00fa\u00f1ez \u0141aski', company: 'Stra\u00dfe & S\u00f8n' };
  const words = wordsOf([orderOf({ buyer, shippingAddress: {} })]);
  const said =
    'JOSE NUNEZ LASKI, jos\u00e8 de STRASSE & SON, Jose\u0301 N\u00fa\u00f1ez \u0142aski, Joseph, Jos\u00e9e';
  expect(maskValue({ description: said }, words)).toEqual({
    description: `J${dots} N${dots}, j${dots} de S${dots}, J${dots} N${dots}, Joseph, Jos\u00e9e`,
  });
});

test.each([
  ['no+Jos%C3%A9+at+Calle%20Loma', `no+J${dots}+at+C${dots}`],
  ['no Jos%e9, 5% off', `no J${dots}, 5% off`],
  ['<b>Jos&eacute;</b> of Calle&nbsp;Loma', `<b>J${dots}</b> of C${dots}`],
  ['Jos&#233; Jos&#xE9; M&uuml;ller &amp; S&oslash;n', `J${dots} J${dots} M${dots}`],
  [String.raw`{"error":"no\nJos\u00e9`, `{"error":"no J${dots}`],
  ['&amp; 5%20 &#ab; &#9999999;', '&amp; 5%20 &#ab; &#9999999;'],
  ['&#999999;&#xfffff;&#ab; Jos\u00e9', `&#999999;&#xfffff;&#ab; J${dots}`],
])('nor by whoever escapes what they repeat: %s', (said, shown) => {
  const buyer = { first_name: 'Jos\u00e9', company: 'M\u00fcller & S\u00f8n' };
  const words = wordsOf([orderOf({ buyer, shippingAddress: { street_address: 'Calle Loma 12' } })]);
  expect(maskValue({ description: said }, words)).toEqual({ description: shown });
});

test('nor by whoever has other letters for accents, or another apostrophe', () => {
  const buyer = {
    first_name: 'J\u00fcrgen',
    last_name: 'O\u2019Brien',
    company: 'Y\u0131ld\u0131z \u00c5str\u00f6m',
  };
  const words = wordsOf([orderOf({ buyer, shippingAddress: {} })]);
  const said = "JUERGEN O'BRIEN, Jurgen OBRIEN of YILDIZ ASTROEM, J\u00fcrgen O\u2019Brien of y\u0131ld\u0131z astrom";
  expect(maskValue({ description: said }, words)).toEqual({
    description: `J${dots} O${dots}, J${dots} O${dots} of Y${dots}, J${dots} O${dots} of y${dots}`,
  });
});

test.each([
  ["'\u0301", "'"],
  ['\u00c5', 'a'],
  ['\u00d8', 'oe'],
  ['\u00e4', 'ae'],
])('nor does a name that is made to be looked for at length hold up an answer: %s', (repeated, found) => {
  const words = wordsOf([orderOf({ buyer: { first_name: `O${repeated.repeat(60)}x` }, shippingAddress: {} })]);
  const said = `O${found.repeat(45)}y`;
  expect(maskValue({ description: said }, words)).toEqual({ description: said });
});

test.each(['+', "'", '\u0301'])('nor does a name of many words that are each only %j', (word) => {
  const words = wordsOf([orderOf({ buyer: { first_name: `${`${word} `.repeat(20)}Eve` }, shippingAddress: {} })]);
  for (const said of ['+', ' ', "' "].map((each) => each.repeat(200)))
    expect(maskValue({ message: said }, words)).toEqual({ message: said });
});

test.each(['Ana ', '🦊'])('an address of 20,000 times %j breaks no list that it is in, nor hides others', (part) => {
  const Zoe = { first_name: 'Zoe', email: part.repeat(20_000) };
  const words = wordsOf([orderOf({ buyer: Zoe })]);
  const masked = maskValue({ buyer: Zoe, description: 'Zoe is not in', body: JSON.stringify(Zoe) }, words);
  expect(masked).toMatchObject({ buyer: { email: expect.stringMatching(/^.•+$/u) }, description: 'Z••••• is not in' });
});

test.each(['Abcdef', 'Łódź ', '🦊 '])(
  'a street of 100 times %j, quoted whole or as far as a cause has room, is hidden',
  (part) => {
    const street = `Calle ${part.repeat(100).trim()} Fin 1`;
    const words = wordsOf([orderOf({ shippingAddress: { street_address: street } })]);
    for (const said of [street, street.toUpperCase().normalize('NFD'), street.slice(0, 480)])
      expect(maskValue({ description: `too long: ${said}` }, words)).toEqual({ description: `too long: C${dots}` });
  },
);

test('a raw body is its paths and types, and what it tells of a person is in no other member', () => {
  const body = JSON.stringify({ total: 1, buyer: { firstName: 'Elena' }, items: [{ sku: 'A' }], 'a@b.c': null });
  const event = { id: 'evt_1', error: { description: 'buyer: Elena has no address' }, body, encoding: 'utf8' };
  expect(maskValue(event)).toEqual({
    ...event,
    error: { description: `buyer: E${dots} has no address` },
    body: JSON.stringify({
      total: 'number',
      buyer: { firstName: 'string' },
      items: [{ sku: 'string' }],
      [`a${dots}`]: 'null',
    }),
  });
  expect(maskValue({ body: 'Elena', encoding: 'utf8' })).toEqual({ body: '', encoding: 'utf8' });
  const latin = { body: Buffer.from('{"name":"José"}', 'latin1').toString('base64'), encoding: 'base64' };
  expect(maskValue({ ...latin, error: { description: 'José' } })).toMatchObject({ error: { description: `J${dots}` } });
  const named = { topic: 'changed', body: '{"id":7}', encoding: 'utf8' };
  expect(maskValue({ ...event, named }, /Mx/g)).toMatchObject({ named: { ...named, body: '{"id":"number"}' } });
  // As an export has it.
  expect(maskValue({ ...event, named: body })).toMatchObject({ named: (maskValue(event) as typeof event).body });
});

test('a balance names thousands of orders: none is read, as nothing is said about them', async () => {
  const balance = { balances: [{ known: 1, differences: [{ missing: 'told', orders: ['scopio-main:ord_1'] }] }] };
  // Without a table to read from.
  expect(await (await maskAnswer(Response.json(balance))).json()).toEqual(balance);
});

test('of a change the member is named beside its values; a note is the buyer’s on an order alone', () => {
  const change = { member: 'shippingAddress.street_address', from: null, to: 'Storgatan 1' };
  expect(maskValue({ changes: [change], note: 'settle it' })).toEqual({
    changes: [{ ...change, to: `S${dots}` }],
    note: 'settle it',
  });
  expect(maskValue({ externalId: '1', note: 'Ring twice' })).toEqual({ externalId: '1', note: `R${dots}` });
});
