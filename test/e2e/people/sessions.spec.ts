import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../support/api-keys.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ CORS_ORIGINS: 'https://app.example.com' });
});
afterAll(() => app.close());

const password = 'correct horse battery';
const newEmail = () => `${randomUUID()}@example.com`;
const post = (path: string, body?: unknown, headers?: Record<string, string>, token?: string) =>
  app.inject('POST', path, { body, headers, token });
const whoAmI = async (token: string) => (await app.inject('GET', '/auth/profile', { token })).status;
const refresh = (refreshToken: string) => post('/auth/refresh', { refreshToken });
const login = async ({ email }: Person) => (await post('/auth/login', { email, password })).body.data;

describe('logout', () => {
  it('ends the session of the token it is given, and no other', async () => {
    const ana = await app.register();
    const other = await login(ana);
    const answer = await post('/auth/logout', { refreshToken: ana.refreshToken });
    expect([answer.status, answer.body]).toEqual([200, { data: { success: true } }]);
    expect((await refresh(ana.refreshToken)).status).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it('also takes a token that was renewed since: the whole family ends', async () => {
    const ana = await app.register();
    const second = (await refresh(ana.refreshToken)).body.data;
    await post('/auth/logout', { refreshToken: ana.refreshToken });
    expect((await refresh(second.refreshToken)).status).toBe(401);
  });

  it('tells nothing about a token nobody knows', async () => {
    for (const body of [{ refreshToken: 'unknown' }, {}, undefined])
      expect((await post('/auth/logout', body)).body).toEqual({ data: { success: true } });
  });
});

describe('logout everywhere', () => {
  const logoutAll = (token: string) => post('/auth/logout-all', undefined, undefined, token);

  it('voids every token of both kinds, also those of the same second; later ones are good', async () => {
    const ana = await app.register();
    // More than once, so that some of them fall into one second.
    for (let n = 0; n < 3; n++) {
      const before = await login(ana);
      expect(await whoAmI(before.accessToken)).toBe(200);
      expect((await logoutAll(before.accessToken)).body).toEqual({ data: { success: true } });
      expect(await whoAmI(before.accessToken)).toBe(401);
      expect((await refresh(before.refreshToken)).status).toBe(401);
      const after = await login(ana);
      expect(await whoAmI(after.accessToken)).toBe(200);
      const renewed = await refresh(after.refreshToken);
      expect(await whoAmI(renewed.body.data.accessToken)).toBe(200);
    }
    expect(await whoAmI(ana.token)).toBe(401);
    const { rows } = await app.db.query(
      `SELECT count(*)::int AS n FROM account_events WHERE user_id = $1 AND action = 'sessions.ended'`,
      [ana.userId],
    );
    expect(rows[0].n).toBe(3);
  });

  it('leaves nothing to whoever renews at the same moment', async () => {
    const ana = await app.register();
    const sessions = await Promise.all(Array.from({ length: 4 }, () => login(ana)));
    const [renewed] = await Promise.all([
      Promise.all(sessions.map((session) => refresh(session.refreshToken))),
      logoutAll(ana.token),
    ]);
    for (const answer of renewed.filter(({ status }) => status === 200)) {
      expect(await whoAmI(answer.body.data.accessToken)).toBe(401);
      expect((await refresh(answer.body.data.refreshToken)).status).toBe(401);
    }
  });

  it('leaves others signed in, and is not for an API key', async () => {
    const [ana, rui] = [await app.register(), await app.register()];
    await logoutAll(ana.token);
    expect(await whoAmI(rui.token)).toBe(200);
    const { key } = await insertApiKey(app, rui);
    expect((await logoutAll(key)).status).toBe(403);
    expect((await post('/auth/logout-all')).status).toBe(401);
  });
});

describe('while every session is being ended', () => {
  /** Ends all sessions as the application does, and lets `late` begin in the middle of it. */
  async function endAround(ana: Person, late: () => Promise<Answer>): Promise<Answer> {
    const client = await app.db.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE users SET tokens_valid_from = tokens_valid_from + interval '1 s' WHERE id = $1`, [
        ana.userId,
      ]);
      const answer = late();
      await app.until(
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR SHARE%'`,
        [],
        (row) => row?.['n'] === 1,
      );
      await client.query('UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = $1', [ana.userId]);
      await client.query('COMMIT');
      return await answer;
    } finally {
      client.release();
    }
  }

  it('nobody signs in with what was right before', async () => {
    const ana = await app.register();
    const late = await endAround(ana, () => post('/auth/login', { email: ana.email, password }));
    expect([late.status, late.body.code]).toEqual([401, 'UNAUTHORIZED']);
  });

  it('nobody renews what ends', async () => {
    const ana = await app.register();
    expect((await endAround(ana, () => refresh(ana.refreshToken))).status).toBe(401);
    const { rows } = await app.db.query(
      'SELECT count(*)::int AS good FROM refresh_tokens WHERE user_id = $1 AND used_at IS NULL AND revoked_at IS NULL',
      [ana.userId],
    );
    expect(rows[0].good).toBe(0);
  });
});

describe('a session in a cookie', () => {
  const wanted = { 'x-session': 'cookie' };
  const ours = () => ({ ...wanted, origin: app.url });
  const cookieIn = (answer: Answer) => {
    const set = answer.headers['set-cookie'] ?? '';
    return { set, pair: set.split(';')[0]! };
  };
  const begin = async () => {
    const email = newEmail();
    const answer = await post('/auth/register', { name: 'Ana', email, password }, wanted);
    expect(answer.status).toBe(201);
    return { email, answer, cookie: cookieIn(answer).pair };
  };

  it('keeps the refresh token from scripts, from other sites and from other paths', async () => {
    const { email, answer } = await begin();
    expect(answer.body.data.refreshToken).toBeUndefined();
    const attributes = cookieIn(answer).set.split('; ').slice(1).sort();
    expect(attributes).toEqual(['HttpOnly', 'Max-Age=2592000', 'Path=/auth', 'SameSite=Strict']);
    const again = await post('/auth/login', { email, password }, wanted);
    expect(again.body.data.refreshToken).toBeUndefined();
    expect(cookieIn(again).pair).toMatch(/^tawkee_session=[\w-]{43}$/);
    const plain = await post('/auth/login', { email, password });
    expect(plain.headers['set-cookie']).toBeUndefined();
  });

  it('is renewed and ended from our own pages', async () => {
    const { cookie } = await begin();
    const renewed = await post('/auth/refresh', undefined, { ...ours(), cookie });
    expect([renewed.status, renewed.body.data.refreshToken]).toEqual([200, undefined]);
    expect(await whoAmI(renewed.body.data.accessToken)).toBe(200);
    const successor = cookieIn(renewed).pair;
    const friend = { ...wanted, origin: 'https://app.example.com', cookie: successor };
    const ended = await post('/auth/logout', undefined, friend);
    expect(ended.status).toBe(200);
    expect(cookieIn(ended).set).toMatch(/^tawkee_session=; .*Path=\/auth.*Expires=Thu, 01 Jan 1970/);
    expect((await post('/auth/refresh', undefined, { ...ours(), cookie: successor })).status).toBe(401);
  });

  it.each<{ name: string; input: Record<string, string> }>([
    { name: 'another origin', input: { origin: 'https://app.example.com.evil' } },
    { name: 'a sandboxed page', input: { origin: 'null' } },
    { name: 'a page of the same site', input: { 'sec-fetch-site': 'same-site' } },
    { name: 'nowhere', input: {} },
  ])('is not used from $name', async ({ input }) => {
    const { cookie } = await begin();
    const headers = { ...wanted, ...input, cookie };
    for (const path of ['/auth/refresh', '/auth/logout']) {
      const answer = await post(path, undefined, headers);
      expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
    }
    expect((await post('/auth/refresh', undefined, { ...ours(), cookie })).status).toBe(200);
  });

  it('is not used without the header that only a page of ours can send', async () => {
    const { cookie } = await begin();
    expect((await post('/auth/refresh', undefined, { origin: app.url, cookie })).status).toBe(401);
  });

  it('goes on in the cookie after another password', async () => {
    const { answer, cookie } = await begin();
    const token = answer.body.data.accessToken;
    const body = { currentPassword: password, newPassword: 'another horse entirely' };
    const changed = await post('/auth/change-password', body, wanted, token);
    expect([changed.status, changed.body.data.refreshToken]).toEqual([200, undefined]);
    expect((await post('/auth/refresh', undefined, { ...ours(), cookie })).status).toBe(401);
    expect((await post('/auth/refresh', undefined, { ...ours(), cookie: cookieIn(changed).pair })).status).toBe(200);
  });
});

it('keeps the cookie to HTTPS and to its path where the installation has them', async () => {
  const config = { publicUrl: 'https://shop.example.com/tawkee', google: { clientId: 'id', clientSecret: 'secret' } };
  const other = await startTestApp({}, { config });
  try {
    const body = { name: 'Ana', email: newEmail(), password };
    const answer = await other.inject('POST', '/auth/register', { body, headers: { 'x-session': 'cookie' } });
    const attributes = answer.headers['set-cookie']!.split('; ').slice(1).sort();
    expect(attributes).toEqual(['HttpOnly', 'Max-Age=2592000', 'Path=/tawkee/auth', 'SameSite=Strict', 'Secure']);
    expect((await other.inject('GET', '/auth/providers')).body.data).toEqual({ google: true, facebook: false });
  } finally {
    await other.close();
  }
});

it('says which providers people can sign in through', async () => {
  const answer = await app.inject('GET', '/auth/providers');
  expect([answer.status, answer.body]).toEqual([200, { data: { google: false, facebook: false } }]);
});
