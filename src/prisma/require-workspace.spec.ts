import { expect, test } from 'vitest';
import { requireWorkspace } from './require-workspace.js';

const w = '018f0000-0000-7000-8000-000000000001';
const v = '018f0000-0000-7000-8000-000000000002';

const allowed: { name: string; input: [string, unknown] }[] = [
  { name: 'a plain owner', input: ['findMany', { where: { workspaceId: w, isActive: true } }] },
  { name: 'an equality filter', input: ['findFirst', { where: { workspaceId: { equals: w } } }] },
  { name: 'several owners', input: ['findMany', { where: { workspaceId: { in: [w, v] } } }] },
  { name: 'no owner at all is still a bound list', input: ['findMany', { where: { workspaceId: { in: [] } } }] },
  { name: 'a composite key', input: ['findUnique', { where: { workspaceId_id: { workspaceId: w, id: v } } }] },
  { name: 'an owner inside AND', input: ['count', { where: { AND: [{ id: v }, { workspaceId: w }] } }] },
  { name: 'AND as an object', input: ['count', { where: { AND: { workspaceId: w } } }] },
  { name: 'OR with an owner in each', input: ['count', { where: { OR: [{ workspaceId: w }, { workspaceId: v }] } }] },
  { name: 'a create', input: ['create', { data: { workspaceId: w, name: 'x' } }] },
  { name: 'a create of many', input: ['createMany', { data: [{ workspaceId: w }, { workspaceId: v }] }] },
  { name: 'an update', input: ['update', { where: { workspaceId: w, id: v }, data: { name: 'x' } }] },
  {
    name: 'an upsert',
    input: ['upsert', { where: { workspaceId_id: { workspaceId: w, id: v } }, create: { workspaceId: w }, update: {} }],
  },
];

const where = 'its "where" names no workspaceId';
const refused: { name: string; input: [string, unknown]; expected: string }[] = [
  { name: 'no arguments', input: ['findMany', undefined], expected: where },
  { name: 'no where', input: ['deleteMany', {}], expected: where },
  { name: 'an undefined owner', input: ['findMany', { where: { workspaceId: undefined } }], expected: where },
  {
    name: 'an undefined in a list',
    input: ['findMany', { where: { workspaceId: { in: [undefined] } } }],
    expected: where,
  },
  { name: 'an empty owner', input: ['findMany', { where: { workspaceId: '' } }], expected: where },
  { name: 'a negation', input: ['findMany', { where: { workspaceId: { not: w } } }], expected: where },
  { name: 'an owner inside NOT', input: ['findMany', { where: { NOT: { workspaceId: w } } }], expected: where },
  {
    name: 'an OR with an open branch',
    input: ['count', { where: { OR: [{ workspaceId: w }, { id: v }] } }],
    expected: where,
  },
  { name: 'an empty OR', input: ['count', { where: { OR: [] } }], expected: where },
  { name: 'a key without its owner', input: ['findUnique', { where: { workspaceId_id: { id: v } } }], expected: where },
  { name: "a relation's owner", input: ['findMany', { where: { chat: { workspaceId: w } } }], expected: where },
  {
    name: 'a create',
    input: ['create', { data: { name: 'x' } }],
    expected: 'a row of its "data" names no workspaceId',
  },
  {
    name: 'one row of many',
    input: ['createMany', { data: [{ workspaceId: w }, {}] }],
    expected: 'a row of its "data" names no workspaceId',
  },
  {
    name: 'an upsert that creates for nobody',
    input: ['upsert', { where: { workspaceId: w, id: v }, create: {}, update: {} }],
    expected: 'its "create" names no workspaceId',
  },
  {
    name: 'an update that moves the row',
    input: ['updateMany', { where: { workspaceId: w }, data: { workspaceId: v } }],
    expected: 'its "data" would move the row to another workspace',
  },
  {
    name: 'an unknown operation',
    input: ['findRaw', { where: { workspaceId: w } }],
    expected: 'the operation is not known to the tenant wall',
  },
];

test.each(allowed)('allows $name', ({ input: [operation, args] }) => {
  expect(requireWorkspace(operation, args)).toBeUndefined();
});

test.each(refused)('refuses $name', ({ input: [operation, args], expected }) => {
  expect(requireWorkspace(operation, args)).toBe(expected);
});
