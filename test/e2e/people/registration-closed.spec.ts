import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ REGISTRATION: 'invite' });
});
afterAll(() => app.close());

it('lets exactly one of many racers be the first, and nobody after', async () => {
  const register = () =>
    app.inject('POST', '/auth/register', {
      body: { name: 'Ana', email: `${randomUUID()}@example.com`, password: 'correct horse battery' },
    });
  const racers = await Promise.all(Array.from({ length: 6 }, register));
  expect(racers.map((r) => r.status).sort()).toEqual([201, 403, 403, 403, 403, 403]);
  expect((await register()).body.code).toBe('REGISTRATION_CLOSED');
  const { rows } = await app.db.query(
    'SELECT (SELECT count(*) FROM users)::int AS users, (SELECT count(*) FROM workspaces)::int AS workspaces',
  );
  expect(rows[0]).toEqual({ users: 1, workspaces: 1 });
});
