import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../../src/prisma/database.pool.js';
import { runAlone } from '../../../src/prisma/run-alone.queries.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let pools: pg.Pool[];

beforeAll(async () => {
  database = await createTestDatabase();
  // Two pools stand for two processes.
  pools = [createPool(database.url, 2), createPool(database.url, 2)];
});

afterAll(async () => {
  await Promise.all(pools?.map((pool) => pool.end()) ?? []);
  await database?.drop();
});

test('lets one of two processes in, and the next one afterwards', async () => {
  const [here, there] = pools as [pg.Pool, pg.Pool];
  const done: string[] = [];
  await runAlone(here, 7, async () => {
    await runAlone(there, 7, async () => void done.push('there, meanwhile'));
    await runAlone(there, 8, async () => void done.push('there, under another number'));
    done.push('here');
  });
  await runAlone(there, 7, async () => void done.push('there, afterwards'));
  expect(done).toEqual(['there, under another number', 'here', 'there, afterwards']);
});

test('frees the lock when the work fails', async () => {
  const [here, there] = pools as [pg.Pool, pg.Pool];
  const work = () => Promise.reject(new Error('no'));
  await expect(runAlone(here, 9, work)).rejects.toThrow('no');
  let isDone = false;
  await runAlone(there, 9, async () => {
    isDone = true;
  });
  expect(isDone).toBe(true);
});

test('survives the loss of its session while the work needs no database', async () => {
  const [here, there] = pools as [pg.Pool, pg.Pool];
  const lost = runAlone(here, 10, async () => {
    const mine = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 10`;
    await there.query(`SELECT pg_terminate_backend(pid) FROM (${mine}) m`);
    for (let left = 1; left > 0; ) left = (await there.query(mine)).rows.length;
    // The end reaches the client with the next turns of the event loop: without a listener it would end the process.
    await there.query('SELECT pg_sleep(0.1)');
  });
  await expect(lost).rejects.toThrow();
  let isDone = false;
  await runAlone(there, 10, async () => {
    isDone = true;
  });
  expect(isDone).toBe(true);
});
