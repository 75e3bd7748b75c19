import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { claimDeliveries, settleDelivery, sweepDeliveries } from '../../../src/agents/hook-deliveries.queries.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const workspaceId = randomUUID();
let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
  await pool.query(`INSERT INTO workspaces (id, name) VALUES ($1, 'w')`, [workspaceId]);
});
beforeEach(() => pool.query('TRUNCATE hook_deliveries'));
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

async function queue(
  url = 'https://example.com/a',
  state = 'PENDING',
  ageDays = 0,
  nextAt = '2000-01-01',
): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO hook_deliveries (workspace_id, id, event, url, payload, state, created_at, next_at)
     VALUES ($1, $2, 'onTransfer', $3, '{}', $4, now() - make_interval(days => $5), $6)`,
    [workspaceId, id, url, state, ageDays, nextAt],
  );
  return id;
}
const claim = (busy = new Map<string, number>()) => claimDeliveries(pool, { limit: 10, perHost: 2, busy });
const delivered = { decision: { state: 'DELIVERED' as const }, status: 200, error: null };

it('gives one delivery to one of those who ask, until its lease is over', async () => {
  await queue();
  const claims = await Promise.all([claim(), claim(), claim()]);
  expect(claims.flat()).toMatchObject([{ attempt: 1 }]);
  expect(await claim()).toEqual([]);
  await pool.query('UPDATE hook_deliveries SET next_at = now()');
  expect(await claim()).toMatchObject([{ attempt: 2 }]);
});

it('lets whoever lost its lease record nothing', async () => {
  await queue();
  const [slow] = await claim();
  await pool.query('UPDATE hook_deliveries SET next_at = now() WHERE id = $1', [slow!.id]);
  const [next] = await claim();
  expect(await settleDelivery(pool, slow!, delivered)).toBe(false);
  expect(await settleDelivery(pool, next!, delivered)).toBe(true);
  expect(await settleDelivery(pool, next!, delivered)).toBe(false);
});

it.each([
  { name: 'nothing runs', busy: new Map(), expected: 3 },
  { name: 'one of the host runs', busy: new Map([['https://example.com', 1]]), expected: 2 },
  { name: 'the host has all its places', busy: new Map([['https://example.com', 2]]), expected: 1 },
])('takes no more than its share of one host: $name', async ({ busy, expected }) => {
  for (const path of ['/a', '/b', '?c']) await queue(`https://example.com${path}`);
  await queue('https://other.example/');
  expect(await claim(busy)).toHaveLength(expected);
});

it('sweeps by age what is over, and promises after a year', async () => {
  const far = '9999-01-01 00:00:00Z';
  const kept = [
    await queue(undefined, 'DELIVERED', 6),
    await queue(undefined, 'DEAD', 29),
    await queue(undefined, 'PENDING', 40),
    await queue(undefined, 'PENDING', 300, far),
  ];
  await queue(undefined, 'DELIVERED', 8);
  await queue(undefined, 'DEAD', 31);
  await queue(undefined, 'PENDING', 400, far);
  await sweepDeliveries(pool);
  const { rows } = await pool.query('SELECT id FROM hook_deliveries');
  expect(rows.map(({ id }) => id).sort()).toEqual(kept.sort());
});
