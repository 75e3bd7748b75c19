import { describe, expect, it } from 'vitest';
import { listErrors, type OperationTraits } from './list-errors.js';

const bare: OperationTraits = { isPublic: true, hasId: false, hasQuery: false, hasBody: false, description: {} };

describe('listErrors', () => {
  it.each<{ name: string; input: Partial<OperationTraits>; expected: unknown }>([
    { name: 'a public route without input', input: {}, expected: {} },
    { name: 'a private one', input: { isPublic: false }, expected: { 401: ['UNAUTHORIZED'] } },
    { name: 'an id', input: { hasId: true }, expected: { 400: ['MALFORMED_ID'], 404: ['NOT_FOUND'] } },
    {
      name: 'an id nobody looks up',
      input: { hasId: true, description: { notFound: false } },
      expected: { 400: ['MALFORMED_ID'] },
    },
    { name: 'a query', input: { hasQuery: true }, expected: { 400: ['VALIDATION_FAILED'] } },
    {
      name: 'a body',
      input: { hasBody: true },
      expected: { 400: ['MALFORMED_JSON', 'VALIDATION_FAILED'], 415: ['UNSUPPORTED_MEDIA_TYPE'] },
    },
    { name: 'reading is open to every role', input: { description: { action: 'read' } }, expected: {} },
    {
      name: 'configuring is not, nor to a suspended workspace',
      input: { description: { action: 'configure' } },
      expected: { 403: ['FORBIDDEN', 'WORKSPACE_SUSPENDED'] },
    },
    { name: 'a person', input: { description: { action: 'person' } }, expected: { 403: ['FORBIDDEN'] } },
    {
      name: 'what it declares, by status',
      input: { description: { errors: ['CONFLICT', 'GATEWAY_FAILED', 'LAST_OWNER'] } },
      expected: { 409: ['CONFLICT', 'LAST_OWNER'], 502: ['GATEWAY_FAILED'] },
    },
  ])('$name', ({ input, expected }) => {
    expect(Object.fromEntries(listErrors({ ...bare, ...input }))).toEqual(expected);
  });
});
