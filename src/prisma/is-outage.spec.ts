import { describe, expect, it } from 'vitest';
import { isOutage, isTransient } from './is-outage.js';

const error = (message: string, code?: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code });

describe('isOutage', () => {
  it.each([
    { name: 'refused', input: error('connect', 'ECONNREFUSED'), expected: true },
    { name: 'shutting down', input: error('terminating connection', '57P01'), expected: true },
    { name: 'too many connections', input: error('sorry', '53300'), expected: true },
    { name: 'a standby after failover', input: error('read-only', '25006'), expected: true },
    { name: 'cut in the middle', input: error('Connection terminated unexpectedly'), expected: true },
    { name: 'no answer on a connection that looked alive', input: error('Query read timeout'), expected: true },
    { name: 'wrapped', input: error('query failed', undefined, error('x', '08006')), expected: true },
    { name: 'a unique key', input: error('duplicate key', '23505'), expected: false },
    { name: 'not an error', input: 'ECONNREFUSED', expected: false },
  ])('$name', ({ input, expected }) => {
    expect(isOutage(input)).toBe(expected);
  });
});

describe('isTransient', () => {
  it.each([
    { name: 'deadlock', input: error('deadlock detected', '40P01'), expected: true },
    { name: 'serialization', input: error('could not serialize', '40001'), expected: true },
    { name: 'anything else', input: error('no', '23505'), expected: false },
  ])('$name', ({ input, expected }) => {
    expect(isTransient(input)).toBe(expected);
  });
});
