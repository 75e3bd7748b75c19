import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApiKey } from '../../../src/workspaces/api-key-format.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const password = 'correct horse battery';
const newEmail = () => `${randomUUID()}@example.com`;
const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  app.inject('POST', path, { body, headers });
const signUp = async (email = newEmail()) => {
  const answer = await post('/auth/register', { name: 'Ana', email, password });
  expect(answer.status).toBe(201);
  return answer.body.data;
};
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('register', () => {
  it('answers a session and leaves a first workspace, named in the caller’s language', async () => {
    const email = newEmail();
    const answer = await post(
      '/auth/register',
      { name: ' Ana ', email: ` ${email.toUpperCase()} `, password },
      { 'accept-language': 'pt-BR,pt;q=0.9' },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toEqual({
      data: {
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
        expiresIn: 900,
        user: { id: expect.any(String), name: 'Ana', email },
      },
    });
    const token = answer.body.data.accessToken;
    const mine = await app.inject('GET', '/workspaces', { token });
    expect(mine.body).toEqual({ data: [{ id: expect.any(String), name: 'Espaço de Ana', role: 'OWNER' }] });
    const published = await app.inject('GET', '/v2/workspaces', { token });
    expect(published.body).toEqual([{ id: mine.body.data[0].id, name: 'Espaço de Ana' }]);
    expect(published.headers['x-total-count']).toBe('1');
  });

  it('keeps an argon2id hash, never the password', async () => {
    const { user } = await signUp();
    const { rows } = await app.db.query('SELECT password_hash FROM users WHERE id = $1', [user.id]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('gives one of two racers the address', async () => {
    const email = newEmail();
    const answers = await Promise.all([1, 2, 3].map(() => post('/auth/register', { name: 'Ana', email, password })));
    expect(answers.map((a) => a.status).sort()).toEqual([201, 409, 409]);
    expect(answers.find((a) => a.status === 409)!.body.code).toBe('EMAIL_TAKEN');
  });

  it.each<{ name: string; input: Record<string, unknown>; expected: string[] }>([
    { name: 'a short password', input: { password: 'too short' }, expected: ['password'] },
    { name: 'a password of 129 characters', input: { password: 'x'.repeat(129) }, expected: ['password'] },
    { name: 'no e-mail', input: { email: 'ana' }, expected: ['email'] },
    { name: 'an object for a string', input: { email: { length: 5 } }, expected: ['email'] },
    { name: 'a name of spaces', input: { name: '   ' }, expected: ['name'] },
    { name: 'unknown fields', input: { admin: true, constructor: {} }, expected: ['admin', 'constructor'] },
  ])('refuses $name', async ({ input, expected }) => {
    const answer = await post('/auth/register', { name: 'Ana', email: newEmail(), password, ...input });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('VALIDATION_FAILED');
    expect(answer.body.errors.map((e: { path: string }) => e.path).sort()).toEqual(expected);
  });
});

describe('login', () => {
  it('answers a session to the right password, whatever the case of the address', async () => {
    const { user } = await signUp();
    const answer = await post('/auth/login', { email: user.email.toUpperCase(), password });
    expect(answer.status).toBe(200);
    expect(answer.body.data.user).toEqual(user);
  });

  it('answers the same to a stranger and to a wrong password', async () => {
    const { user } = await signUp();
    const wrong = await post('/auth/login', { email: user.email, password: 'not this one' });
    const stranger = await post('/auth/login', { email: newEmail(), password: 'not this one' });
    expect(wrong.status).toBe(401);
    expect(stranger.status).toBe(401);
    const { requestId: _a, ...first } = wrong.body;
    const { requestId: _b, ...second } = stranger.body;
    expect(first).toEqual(second);
    expect(first.code).toBe('INVALID_CREDENTIALS');
  });

  it('stops after five failures of one account, also for the right password, and says for how long', async () => {
    const { user } = await signUp();
    const attempt = (given: string) => post('/auth/login', { email: user.email, password: given });
    for (let n = 0; n < 5; n++) expect((await attempt('not this one')).status).toBe(401);
    const blocked = await attempt(password);
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(blocked.headers['retry-after'])).toBeLessThanOrEqual(900);
  });
});

describe('refresh', () => {
  const refresh = (refreshToken: unknown) => post('/auth/refresh', { refreshToken });

  it('rotates: the successor is good, the predecessor is not', async () => {
    const first = await signUp();
    const second = await refresh(first.refreshToken);
    expect(second.status).toBe(200);
    expect(second.body.data.refreshToken).not.toBe(first.refreshToken);
    expect((await refresh(second.body.data.refreshToken)).status).toBe(200);
  });

  it('revokes the whole family when a token comes twice', async () => {
    const first = await signUp();
    const second = (await refresh(first.refreshToken)).body.data;
    expect((await refresh(first.refreshToken)).status).toBe(401);
    expect((await refresh(second.refreshToken)).status).toBe(401);
    const again = await post('/auth/login', { email: first.user.email, password });
    expect((await refresh(again.body.data.refreshToken)).status).toBe(200);
  });

  it('leaves no good token when one comes many times at once', async () => {
    const { refreshToken, user } = await signUp();
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(refreshToken)));
    expect(answers.filter((a) => a.status === 200).length).toBeLessThanOrEqual(1);
    const { rows } = await app.db.query(
      'SELECT count(*)::int AS good FROM refresh_tokens WHERE user_id = $1 AND used_at IS NULL AND revoked_at IS NULL',
      [user.id],
    );
    expect(rows[0].good).toBe(0);
  });

  it('keeps hashes only, and refuses an expired or unknown token', async () => {
    const { refreshToken, user } = await signUp();
    const { rows } = await app.db.query('SELECT token_hash FROM refresh_tokens WHERE user_id = $1', [user.id]);
    expect(rows[0].token_hash).toHaveLength(32);
    await app.db.query(`UPDATE refresh_tokens SET expires_at = now() - interval '1 s' WHERE user_id = $1`, [user.id]);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await refresh('unknown')).status).toBe(401);
  });
});

describe('the guard', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: randomUUID(), since: Date.now(), iss: 'tawkee', aud: 'tawkee', iat: now, exp: now + 900 };
  const forge = (header: { alg: string; typ?: string }, payload: object, secret?: string) => {
    const { alg } = header;
    const signed = `${encode(header)}.${encode(payload)}`;
    const signature =
      secret === undefined
        ? ''
        : createHmac(alg === 'HS512' ? 'sha512' : 'sha256', secret)
            .update(signed)
            .digest('base64url');
    return `Bearer ${signed}.${signature}`;
  };
  const HS256 = { alg: 'HS256', typ: 'JWT' };

  it('answers the same 401 to everything that is not a good token', async () => {
    const secret = app.config.jwtSecret;
    const { refreshToken, user } = await signUp();
    const { rows } = await app.db.query('SELECT tokens_valid_from AS since FROM users WHERE id = $1', [user.id]);
    const since = rows[0].since.getTime();
    const mine = { ...claims, sub: user.id, since };
    const good = await app.inject('GET', '/workspaces', { headers: { authorization: forge(HS256, mine, secret) } });
    expect(good.status).toBe(200);
    const variants = {
      none: undefined,
      empty: 'Bearer ',
      basic: 'Basic YTpi',
      garbage: 'Bearer abc.def.ghi',
      'a refresh token': `Bearer ${refreshToken}`,
      'no signature': forge({ alg: 'none' }, mine),
      'an empty secret': forge(HS256, mine, ''),
      'a guessed secret': forge(HS256, mine, 'secret'),
      expired: forge(HS256, { ...mine, exp: now - 10 }, secret),
      'not yet good': forge(HS256, { ...mine, nbf: now + 600 }, secret),
      'another issuer': forge(HS256, { ...mine, iss: 'else' }, secret),
      'another audience': forge(HS256, { ...mine, aud: 'else' }, secret),
      'nobody in it': forge(HS256, { ...mine, sub: undefined }, secret),
      'no id in it': forge(HS256, { ...mine, sub: 'ana' }, secret),
      'somebody who is gone': forge(HS256, { ...mine, sub: randomUUID() }, secret),
      'from before all sessions ended': forge(HS256, { ...mine, since: since - 1 }, secret),
      'from no time': forge(HS256, { ...mine, since: undefined }, secret),
      'another algorithm': forge({ alg: 'HS512', typ: 'JWT' }, mine, secret),
      'an unknown API key': `Bearer ${makeApiKey(randomBytes(32)).key}`,
      'a webhook secret': `Bearer ${randomBytes(32).toString('base64url')}`,
    };
    const bodies = new Set<string>();
    for (const [name, authorization] of Object.entries(variants)) {
      const answer = await app.inject('GET', '/workspaces', { headers: authorization ? { authorization } : {} });
      expect([name, answer.status, answer.headers['www-authenticate']]).toEqual([name, 401, 'Bearer']);
      const { requestId: _, ...body } = answer.body;
      bodies.add(JSON.stringify(body));
    }
    expect([...bodies]).toHaveLength(1);
  });

  it('comes before the shape of an id', async () => {
    expect((await app.inject('GET', '/agent/not-an-id')).status).toBe(401);
  });
});
