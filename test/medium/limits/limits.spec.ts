import type pg from 'pg';
import { type Logger, pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/common/app-error.js';
import { sweepLimits } from '../../../src/limits/limits.queries.js';
import { LimitsService } from '../../../src/limits/limits.service.js';
import { createPool } from '../../../src/prisma/database.pool.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

const silent = pino({ level: 'silent' }) as Logger;
let database: TestDatabase;
/** Two processes: each with a pool and limits of its own. */
let pools: pg.Pool[];
let processes: LimitsService[];

beforeAll(async () => {
  database = await createTestDatabase();
  pools = [createPool(database.url, 4), createPool(database.url, 4)];
  processes = pools.map((pool) => new LimitsService(pool, silent));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

const codeOf = (attempt: Promise<void>) =>
  attempt.then(
    () => 'ok',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

it('counts for all processes together, gives back and forgets', async () => {
  const limit = { name: 'shared', points: 3, seconds: 900 };
  const [here, there] = processes as [LimitsService, LimitsService];
  for (const process of [here, there, here]) expect(await codeOf(process.take(limit, 'ana'))).toBe('ok');
  const refused = await there.take(limit, 'ana').catch((error: unknown) => error as AppError);
  expect(refused).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  expect((refused as AppError).extra.retryAfterSeconds).toBeGreaterThan(800);
  expect(await codeOf(here.take(limit, 'rui'))).toBe('ok');
  await there.giveBack(limit, 'ana');
  await there.giveBack(limit, 'ana');
  expect(await codeOf(here.take(limit, 'ana'))).toBe('ok');
  await here.forget(limit, 'ana');
  for (let n = 0; n < 3; n++) expect(await codeOf(there.take(limit, 'ana'))).toBe('ok');
});

it('lets exactly as many of many at once pass', async () => {
  const limit = { name: 'race', points: 5, seconds: 900 };
  const codes = await Promise.all(Array.from({ length: 20 }, (_, n) => codeOf(processes[n % 2]!.take(limit, 'ana'))));
  expect(codes.filter((code) => code === 'ok')).toHaveLength(5);
});

it('holds an allowance together, for eight statements a window and process', async () => {
  const queries = pools.map((pool) => vi.spyOn(pool, 'query'));
  const limit = { name: 'events', points: 80, seconds: 1_000 };
  const allowances = processes.map((process) => process.allowance(limit));
  const nowMs = Date.now();
  const codes = await Promise.all(
    Array.from({ length: 300 }, (_, n) => codeOf(allowances[n % 2]!('a channel', nowMs))),
  );
  const passed = codes.filter((code) => code === 'ok').length;
  expect(passed).toBeGreaterThanOrEqual(80 - 10);
  expect(passed).toBeLessThanOrEqual(80 + 10);
  expect(new Set(codes)).toEqual(new Set(['ok', 'TOO_MANY_REQUESTS']));
  for (const query of queries) expect(query.mock.calls.length).toBeLessThanOrEqual(8);
  expect(await codeOf(allowances[0]!('a channel', nowMs + 1_000_000))).toBe('ok');
});

it('sweeps counters that ended, and no others', async () => {
  const pool = pools[0]!;
  await pool.query(`INSERT INTO rate_limits VALUES ('old', 1, 1000), ('new', 1, 3000), ('never', 1, NULL)`);
  await sweepLimits(pool, 2_000);
  const { rows } = await pool.query(`SELECT key FROM rate_limits WHERE key IN ('old', 'new', 'never') ORDER BY key`);
  expect(rows.map((row) => row.key)).toEqual(['never', 'new']);
});

it('refuses attempts, and lets each process hold an allowance alone, while the database is away', async () => {
  const gone = createPool('postgresql://nobody@127.0.0.1:1/none', 1);
  const alone = new LimitsService(gone, silent);
  expect(await codeOf(alone.take({ name: 'login', points: 5, seconds: 900 }, 'ana'))).toBe('TEMPORARILY_UNAVAILABLE');
  const count = alone.allowance({ name: 'events', points: 8, seconds: 1_000 });
  const codes = [];
  for (let n = 0; n < 10; n++) codes.push(await codeOf(count('a channel', 5_000)));
  expect(codes.filter((code) => code === 'ok')).toHaveLength(8);
  await gone.end();
});
