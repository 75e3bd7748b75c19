import { describe, expect, it } from 'vitest';
import { type Action, canDo } from './role-permissions.js';

const ACTIONS: Action[] = ['read', 'chat', 'configure', 'own'];

describe('canDo', () => {
  it.each([
    { name: 'owner', input: 'OWNER', expected: ['read', 'chat', 'configure', 'own'] },
    { name: 'admin', input: 'ADMIN', expected: ['read', 'chat', 'configure'] },
    { name: 'member', input: 'MEMBER', expected: ['read', 'chat'] },
    { name: 'viewer', input: 'VIEWER', expected: ['read'] },
    { name: 'a role of another case', input: 'owner', expected: [] },
    { name: 'a key every object has', input: 'constructor', expected: [] },
    { name: 'nothing', input: '', expected: [] },
  ])('$name', ({ input, expected }) => {
    expect(ACTIONS.filter((action) => canDo(input, action))).toEqual(expected);
  });
});
