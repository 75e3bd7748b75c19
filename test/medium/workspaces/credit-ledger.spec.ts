import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../../src/prisma/database.pool.js';
import { PrismaService } from '../../../src/prisma/prisma.service.js';
import { addCreditEntry, type NewCreditEntry } from '../../../src/workspaces/credits.queries.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let pool: pg.Pool;
let prisma: PrismaService;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 8);
  prisma = new PrismaService(pool);
});

afterAll(async () => {
  await prisma?.$disconnect();
  await pool?.end();
  await database?.drop();
});

const makeWorkspace = async () => (await prisma.workspace.create({ data: { name: 'x' } })).id;
const add = (entry: NewCreditEntry) => prisma.$transaction((tx) => addCreditEntry(tx, entry), { maxWait: 20_000 });
/** The balance, and what it must be: the sum of the entries. */
const books = async (workspaceId: string) => {
  const { credits } = await prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  const { _sum, _count } = await prisma.creditEntry.aggregate({
    where: { workspaceId },
    _sum: { amount: true },
    _count: true,
  });
  return { credits, sum: _sum.amount ?? 0, entries: _count };
};

test('moves the balance with each entry, and keeps what belongs to it', async () => {
  const workspaceId = await makeWorkspace();
  const [turnId, agentId] = [randomUUID(), randomUUID()];
  expect(await add({ workspaceId, amount: 100, kind: 'GRANT', note: 'trial' })).toBe(true);
  expect(await add({ workspaceId, amount: -7, kind: 'CHARGE', turnId, agentId, model: 'gpt-5' })).toBe(true);
  expect(await books(workspaceId)).toEqual({ credits: 93, sum: 93, entries: 2 });
  const charge = await prisma.creditEntry.findFirstOrThrow({ where: { workspaceId, kind: 'CHARGE' } });
  expect(charge).toMatchObject({ amount: -7, turnId, agentId, model: 'gpt-5', note: null });
});

test('counts a movement of a turn once, however often and however fast it comes', async () => {
  const workspaceId = await makeWorkspace();
  const turnId = randomUUID();
  const added = await Promise.all(
    Array.from({ length: 12 }, () => add({ workspaceId, amount: -5, kind: 'CHARGE', turnId })),
  );
  expect(added.filter(Boolean)).toHaveLength(1);
  expect(await add({ workspaceId, amount: 5, kind: 'REFUND', turnId })).toBe(true);
  expect(await books(workspaceId)).toEqual({ credits: 0, sum: 0, entries: 2 });
});

test('loses no movement among many at once, and mixes no two workspaces', async () => {
  const [ours, theirs] = [await makeWorkspace(), await makeWorkspace()];
  const amounts = Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? -n : n));
  await Promise.all(
    amounts.flatMap((amount) => [
      add({ workspaceId: ours, amount, kind: 'PURCHASE' }),
      add({ workspaceId: theirs, amount: 1, kind: 'GRANT' }),
    ]),
  );
  const sum = amounts.reduce((a, b) => a + b, 0);
  expect(await books(ours)).toEqual({ credits: sum, sum, entries: 60 });
  expect(await books(theirs)).toEqual({ credits: 60, sum: 60, entries: 60 });
});

test('is undone with the transaction it was part of', async () => {
  const workspaceId = await makeWorkspace();
  const attempt = prisma.$transaction(async (tx) => {
    await addCreditEntry(tx, { workspaceId, amount: 10, kind: 'GRANT' });
    throw new Error('and then it failed');
  });
  await expect(attempt).rejects.toThrow('and then it failed');
  expect(await books(workspaceId)).toEqual({ credits: 0, sum: 0, entries: 0 });
});
