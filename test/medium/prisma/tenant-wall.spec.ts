import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool } from '../../../src/prisma/database.pool.js';
import { PrismaService, TENANT_MODELS, TenantWallError } from '../../../src/prisma/prisma.service.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const ours = '018f0000-0000-7000-8000-000000000001';
const theirs = '018f0000-0000-7000-8000-000000000002';
let database: TestDatabase;
let pool: pg.Pool;
let prisma: PrismaService;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
  prisma = new PrismaService(pool);
  await prisma.workspace.createMany({
    data: [
      { id: ours, name: 'ours' },
      { id: theirs, name: 'theirs' },
    ],
  });
  await prisma.agent.createMany({
    data: [
      { workspaceId: ours, name: 'our agent' },
      { workspaceId: theirs, name: 'their agent' },
    ],
  });
});

afterAll(async () => {
  await prisma?.$disconnect();
  await pool?.end();
  await database?.drop();
});

test('the models with a workspaceId are walled, the global ones are not', () => {
  expect([...TENANT_MODELS]).toEqual(
    expect.arrayContaining(['Membership', 'Agent', 'Message', 'Turn', 'OutboundPart']),
  );
  for (const model of ['User', 'RefreshToken', 'ModelEntry', 'Worker', 'Workspace']) {
    expect(TENANT_MODELS).not.toContain(model);
  }
});

test('a query that names its workspace sees its rows only', async () => {
  const agents = await prisma.agent.findMany({ where: { workspaceId: ours } });
  expect(agents.map((a) => a.name)).toEqual(['our agent']);
});

describe('refuses before anything reaches the database', () => {
  const unscoped = '018f0000-0000-7000-8000-00000000000a';
  // The types already forbid some of these; the wall has to hold where a cast or a spread got past them.
  const calls: { name: string; call: () => PromiseLike<unknown> }[] = [
    { name: 'findMany', call: () => prisma.agent.findMany() },
    { name: 'findFirst by id', call: () => prisma.agent.findFirst({ where: { id: unscoped } }) },
    { name: 'an undefined owner', call: () => prisma.agent.findMany({ where: { workspaceId: undefined } }) },
    { name: 'count', call: () => prisma.message.count() },
    { name: 'aggregate', call: () => prisma.message.aggregate({ _count: true }) },
    { name: 'groupBy', call: () => prisma.message.groupBy({ by: ['chatId'] }) },
    { name: 'updateMany', call: () => prisma.agent.updateMany({ data: { name: 'x' } }) },
    { name: 'deleteMany', call: () => prisma.agent.deleteMany({ where: { name: { not: '' } } }) },
    { name: 'createMany', call: () => prisma.agent.createMany({ data: [{ name: 'x' } as never] }) },
    {
      name: 'a move to another workspace',
      call: () => prisma.agent.updateMany({ where: { workspaceId: ours }, data: { workspaceId: theirs } }),
    },
    { name: 'a transaction', call: () => prisma.$transaction((tx) => tx.agent.deleteMany()) },
    { name: 'a batch', call: () => prisma.$transaction([prisma.agent.deleteMany()]) },
  ];

  test.each(calls)('$name', async ({ call }) => {
    await expect((async () => call())()).rejects.toThrow(TenantWallError);
    const { rows } = await pool.query('SELECT name FROM agents ORDER BY name');
    expect(rows.map((r) => r.name)).toEqual(['our agent', 'their agent']);
  });
});

test('a refused call undoes its transaction', async () => {
  const attempt = prisma.$transaction(async (tx) => {
    await tx.agent.create({ data: { workspaceId: ours, name: 'never' } });
    await tx.agent.findMany();
  });
  await expect(attempt).rejects.toThrow(TenantWallError);
  expect(await prisma.agent.count({ where: { workspaceId: ours, name: 'never' } })).toBe(0);
});

test('the unscoped client looks past the wall', async () => {
  const agents = await prisma.unscoped('the test of the way out').agent.findMany({ orderBy: { name: 'asc' } });
  expect(agents.map((a) => a.workspaceId)).toEqual([ours, theirs]);
});

/** Every call of `unscoped` in src/, and why the workspace cannot be named there. */
const UNSCOPED_CALLS: Record<string, string> = {};

test('every call of unscoped is on the list, with its reason', () => {
  const src = join(import.meta.dirname, '../../../src');
  const callers = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith(join('prisma', 'generated')))
    .filter((file) => /\.unscoped\(/.test(readFileSync(join(src, file), 'utf8')));
  expect(callers.sort()).toEqual(Object.keys(UNSCOPED_CALLS).sort());
});
