import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACTIONS, type Action, canDo, outranks, ROLES } from './role-permissions.js';

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

  it('is what docs/roles.md shows to people, row by row', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/roles.md'), 'utf8');
    const table = page.split('\n').filter((line) => line.startsWith('|'));
    const [head = [], , ...rows] = table.map((line) => line.split('|').map((cell) => cell.trim()));
    const shown = rows.map((cells) => {
      const cell = (column: string) => cells[head.indexOf(column)];
      return { action: cell('Action')?.replaceAll('`', ''), may: ROLES.filter((role) => cell(role) === 'yes') };
    });
    const promised = shown.map(({ action }) => ({
      action,
      may: ROLES.filter((role) => canDo(role, action as Action)),
    }));
    expect(shown).toEqual(promised);
    expect([...new Set(shown.map(({ action }) => action))]).toEqual([...ACTIONS]);
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
