import { describe, expect, it } from 'vitest';
import { ACTIONS, canDo, outranks, ROLES } from './role-permissions.js';

describe('canDo', () => {
  it.each([
    { name: 'owner', input: 'OWNER', expected: ['read', 'chat', 'configure', 'administer', 'own'] },
    { name: 'admin', input: 'ADMIN', expected: ['read', 'chat', 'configure', 'administer'] },
    { name: 'member', input: 'MEMBER', expected: ['read', 'chat'] },
    { name: 'viewer', input: 'VIEWER', expected: ['read'] },
    { name: 'a role of another case', input: 'owner', expected: [] },
    { name: 'a key every object has', input: 'constructor', expected: [] },
    { name: 'nothing', input: '', expected: [] },
  ])('$name', ({ input, expected }) => {
    expect(ACTIONS.filter((action) => canDo(input, action))).toEqual(expected);
  });
});

describe('outranks', () => {
  it.each([
    { name: 'an owner', input: 'OWNER', expected: ['OWNER', 'ADMIN', 'MEMBER', 'VIEWER'] },
    { name: 'an admin', input: 'ADMIN', expected: ['ADMIN', 'MEMBER', 'VIEWER'] },
    { name: 'a viewer', input: 'VIEWER', expected: ['VIEWER'] },
  ] as const)('$name', ({ input, expected }) => {
    expect(ROLES.filter((role) => outranks(input, role))).toEqual(expected);
  });
});
