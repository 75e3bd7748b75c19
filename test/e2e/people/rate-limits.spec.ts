import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/test-app.js';

/** Two processes of one installation. */
let here: TestApp;
let there: TestApp;
beforeAll(async () => {
  here = await startTestApp();
  there = await startTestApp({}, { config: { databaseUrl: here.databaseUrl, exclusiveDatabase: false } });
});
afterAll(async () => {
  await there.close();
  await here.close();
});
beforeEach(() => here.db.query('DELETE FROM rate_limits'));

const post = (app: TestApp, path: string, body: unknown, headers?: Record<string, string>) =>
  app.inject('POST', path, { body, headers });
const guess = (app: TestApp, email: string, headers?: Record<string, string>) =>
  post(app, '/auth/login', { email, password: 'a guess' }, headers);
/** Fills a counter as others would have. */
const fill = (key: string, points: number) =>
  here.db.query(`INSERT INTO rate_limits VALUES ($1, $2, (extract(epoch FROM now()) * 1000)::bigint + 60000)`, [
    key,
    points,
  ]);

describe('signing in', () => {
  it('counts failures of one account wherever they happen', async () => {
    const ana = await here.register();
    for (const app of [here, there, here, there, here]) expect((await guess(app, ana.email)).status).toBe(401);
    const blocked = await post(there, '/auth/login', { email: ana.email, password: ana.password });
    expect([blocked.status, blocked.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(800);
  });

  it('lets parallel guesses at both have five tries together', async () => {
    const ana = await here.register();
    const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => guess(n % 2 ? here : there, ana.email)));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(11);
  });

  it('counts twenty failures of one address, whoever it says it is', async () => {
    for (let n = 0; n < 20; n++) {
      const headers = { 'x-forwarded-for': `203.0.113.${n}`, forwarded: `for=203.0.113.${n}` };
      expect((await guess(n % 2 ? here : there, `${randomUUID()}@example.com`, headers)).status).toBe(401);
    }
    const ana = await here.register();
    const body = { email: ana.email, password: ana.password };
    expect((await post(here, '/auth/login', body, { 'x-forwarded-for': '203.0.113.99' })).status).toBe(429);
  });

  it('counts apart whom a trusted proxy tells apart', async () => {
    const behind = await startTestApp({ TRUST_PROXY: 'loopback' }, { config: { databaseUrl: here.databaseUrl } });
    try {
      const from = (address: string) =>
        guess(behind, `${randomUUID()}@example.com`, { 'x-forwarded-for': `198.51.100.1, ${address}` });
      for (let n = 0; n < 20; n++) expect((await from('203.0.113.7')).status).toBe(401);
      expect((await from('203.0.113.7')).status).toBe(429);
      expect((await from('203.0.113.8')).status).toBe(401);
    } finally {
      await behind.close();
    }
  });

  it('does not count successes', async () => {
    const ana = await here.register();
    const body = { email: ana.email, password: ana.password };
    for (let n = 0; n < 22; n++) expect((await post(there, '/auth/login', body)).status).toBe(200);
  });
});

it.each([
  { path: '/auth/register', key: 'register:127.0.0.1', body: { name: 'Ana', password: 'correct horse battery' } },
  { path: '/auth/forgot-password', key: 'mail-address:127.0.0.1', body: {} },
  { path: '/auth/resend-verification', key: 'mail-address:127.0.0.1', body: {} },
])('$path is counted by address', async ({ path, key, body }) => {
  await fill(key, 10_000);
  const answer = await post(there, path, { ...body, email: `${randomUUID()}@example.com` });
  expect([answer.status, answer.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});
