import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { referredSchemas } from '../../scripts/ucp-validator.ts';
import errorSchema from './fixtures/error-response-schema.json' with { type: 'json' };
import profileSchema from './fixtures/profile-schema.json' with { type: 'json' };
import { formats } from './formats.ts';
import { rotated } from './keys.ts';
import { businessProfile, ucpError } from './profile.ts';

// From the `$id` that it has, its `../schemas/ucp.json` would lead nowhere.
const id = 'https://ucp.dev/discovery/profile.json';
const ajv = new Ajv2020({ strict: false, allErrors: true, formats, schemas: [...referredSchemas] });
ajv.addSchema([{ ...profileSchema, $id: id }, errorSchema]);
function errorsOf(ref: string, value: unknown) {
  const validate = ajv.getSchema(ref);
  return validate?.(value) ? [] : validate?.errors;
}

const HUB = 'https://hub.example';
const profile = businessProfile(HUB, rotated([]));

test('the profile is valid by the discovery schema, with and without keys', () => {
  const business = `${id}#/$defs/business_profile`;
  expect(errorsOf(business, profile)).toEqual([]);
  expect(errorsOf(business, businessProfile(HUB, []))).toEqual([]);
  const { services: _gone, ...without } = profile.ucp;
  expect(errorsOf(business, { ...profile, ucp: without })).toHaveLength(1);
});

test('it says what the conformance suite looks for: a version, the capability, where it is, and whole keys', () => {
  expect(profile.ucp.version).toBe('2026-04-08');
  expect(Object.keys(profile.ucp.capabilities)).toEqual(['dev.ucp.shopping.order']);
  expect(profile.ucp.services['dev.ucp.shopping']).toMatchObject([
    { transport: 'rest', endpoint: 'https://hub.example/ucp/2026-04-08' },
  ]);
  for (const key of profile.signing_keys)
    expect(Object.keys(key)).toEqual(expect.arrayContaining(['kid', 'kty', 'crv', 'x', 'y']));
});

test('an error is valid by its schema', () => {
  expect(errorsOf(errorSchema.$id, ucpError('not_found', 'Order not found.'))).toEqual([]);
});
