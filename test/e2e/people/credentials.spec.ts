import { createHash, randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../support/api-keys.js';
import { mailsTo, readOutbox, tokenIn } from '../../support/outbox.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
// All of this comes from one address, and much of it is wrong on purpose.
beforeEach(() => app.db.query(`DELETE FROM rate_limits WHERE key LIKE 'login-address:%'`));

const next = 'another horse entirely';
const newEmail = () => `${randomUUID()}@example.com`;
const post = (path: string, body: unknown, token?: string) => app.inject('POST', path, { body, token });
const login = (email: string, password: string) => post('/auth/login', { email, password });
const whoAmI = (token: string) => app.inject('GET', '/auth/profile', { token });
const withoutId = ({ body: { requestId: _, ...rest } }: Answer) => rest;
const events = async (userId: string) =>
  (await app.db.query('SELECT action FROM account_events WHERE user_id = $1 ORDER BY id', [userId])).rows.map(
    (row) => row.action,
  );
/** The newest mail to an address once `count` have come. */
const lastMail = async (email: string, count: number) => (await mailsTo(app, email, count)).at(-1)!;
const expire = (email: string) =>
  app.db.query(`UPDATE mailed_tokens SET expires_at = now() - interval '1 s' WHERE email = $1`, [email]);
const keyOf = async (person: Person) => (await insertApiKey(app, person)).key;

describe('a forgotten password', () => {
  const forgot = (email: string) => post('/auth/forgot-password', { email });
  const reset = (token: unknown, password = next) => post('/auth/reset-password', { token, password });
  const linkFor = async (email: string, count = 2) => {
    expect((await forgot(email)).status).toBe(200);
    return tokenIn(await lastMail(email, count));
  };

  it('answers the same for an address nobody has, and writes nothing to it', async () => {
    const ana = await app.register();
    const stranger = newEmail();
    const [unknown, known] = [await forgot(stranger), await forgot(ana.email)];
    expect(unknown.status).toBe(200);
    expect(unknown.body).toEqual({ data: { success: true } });
    expect(known.body).toEqual(unknown.body);
    await mailsTo(app, ana.email, 2);
    expect(readOutbox(app).filter((mail) => mail.to === stranger)).toEqual([]);
  });

  it('is replaced once through the mailed link; every session and link from before ends', async () => {
    const ana = await app.register();
    const first = await linkFor(ana.email);
    const second = await linkFor(ana.email, 3);
    expect((await reset(second)).body).toEqual({ data: { success: true } });
    expect((await whoAmI(ana.token)).status).toBe(401);
    expect((await post('/auth/refresh', { refreshToken: ana.refreshToken })).status).toBe(401);
    expect((await login(ana.email, ana.password)).status).toBe(401);
    const again = await login(ana.email, next);
    expect(again.status).toBe(200);
    expect((await whoAmI(again.body.data.accessToken)).body.data.emailVerified).toBe(true);
    expect((await reset(second)).status).toBe(400);
    expect((await reset(first)).status).toBe(400);
    expect((await lastMail(ana.email, 4)).subject).toBe('Your password was changed');
    expect(await events(ana.userId)).toEqual([
      'account.registered',
      'password.reset-asked',
      'password.reset-asked',
      'password.reset',
      'password.signed-in',
    ]);
  });

  it('takes one of two who come with the same link at once', async () => {
    const ana = await app.register();
    const token = await linkFor(ana.email);
    const answers = await Promise.all([reset(token, `${next} 1`), reset(token, `${next} 2`)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400]);
  });

  it('gives one answer to everything that is not a good token', async () => {
    const ana = await app.register();
    const verify = tokenIn(await lastMail(ana.email, 1));
    const old = await linkFor(ana.email);
    await expire(ana.email);
    const variants = [
      null,
      '',
      [],
      {},
      'undefined',
      0,
      true,
      [old],
      { length: 43 },
      randomUUID(),
      old,
      verify,
      undefined,
    ];
    const answers = await Promise.all(variants.map((token) => reset(token)));
    expect(answers.map((answer) => answer.status)).toEqual(variants.map(() => 400));
    const bodies = new Set(answers.map((answer) => JSON.stringify(withoutId(answer))));
    expect(bodies.size).toBe(1);
    expect(answers[0]!.body.code).toBe('INVALID_TOKEN');
  });

  it('keeps hashes only, and half an hour', async () => {
    const ana = await app.register();
    const token = await linkFor(ana.email);
    const { rows } = await app.db.query(
      `SELECT token_hash, expires_at - created_at AS life FROM mailed_tokens WHERE email = $1 AND purpose = 'RESET_PASSWORD'`,
      [ana.email],
    );
    expect(rows[0].token_hash).toEqual(createHash('sha256').update(token).digest());
    expect(rows[0].life.minutes).toBeGreaterThanOrEqual(29);
    const mail = await lastMail(ana.email, 2);
    expect(mail.text).toContain(`${app.url}/console/reset#token=${token}\n`);
    expect(statSync(mail.file).mode & 0o777).toBe(0o600);
  });

  it('lets nobody lock the owner out: a link opens a blocked account', async () => {
    const ana = await app.register();
    for (let n = 0; n < 5; n++) await login(ana.email, 'a guess of a stranger');
    expect((await login(ana.email, ana.password)).status).toBe(429);
    expect((await reset(await linkFor(ana.email))).status).toBe(200);
    expect((await login(ana.email, next)).status).toBe(200);
  });

  it('lets go whoever prepared the account without proof of the address', async () => {
    const ana = await app.register();
    const identity = `INSERT INTO oauth_identities (provider, subject, user_id, email) VALUES ('facebook', $1, $2, $3)`;
    await app.db.query(identity, [randomUUID(), ana.userId, ana.email]);
    await app.db.query(
      `INSERT INTO oauth_attempts (id, provider, state_hash, code_verifier, nonce, browser_hash, return_to, user_id, expires_at)
       VALUES ($1, 'facebook', 's', 'v', 'n', 'b', '/', $2, now() + interval '1 minute')`,
      [randomUUID(), ana.userId],
    );
    const identities = async () =>
      (await app.db.query('SELECT 1 FROM oauth_identities WHERE user_id = $1', [ana.userId])).rowCount;
    expect((await reset(await linkFor(ana.email))).status).toBe(200);
    expect(await identities()).toBe(0);
    expect((await app.db.query('SELECT 1 FROM oauth_attempts WHERE user_id = $1', [ana.userId])).rowCount).toBe(0);
    await app.db.query(identity, [randomUUID(), ana.userId, ana.email]);
    expect((await reset(await linkFor(ana.email, 4))).status).toBe(200);
    expect(await identities()).toBe(1);
  });

  it('sends three mails a quarter of an hour, known or not', async () => {
    for (const email of [(await app.register()).email, newEmail()]) {
      for (let n = 0; n < 3; n++) expect((await forgot(email)).status).toBe(200);
      const refused = await forgot(email);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await post('/auth/resend-verification', { email })).status).toBe(429);
    }
  });
});

describe('an address', () => {
  const verify = (token: unknown) => post('/auth/verify-email', { token });

  it('is proven by the link that registration sends, once', async () => {
    const ana = await app.register();
    expect((await whoAmI(ana.token)).body.data.emailVerified).toBe(false);
    const mail = await lastMail(ana.email, 1);
    expect(mail.subject).toBe('Confirm your e-mail address');
    expect(mail.text).toContain(`${app.url}/console/verify#token=`);
    expect((await verify(tokenIn(mail))).body).toEqual({ data: { success: true } });
    expect((await whoAmI(ana.token)).body.data.emailVerified).toBe(true);
    expect((await verify(tokenIn(mail))).status).toBe(400);
    expect(await events(ana.userId)).toEqual(['account.registered', 'email.verified']);
  });

  it('can be asked to prove itself again, in the language of whoever asks', async () => {
    const [ana, rui, stranger] = [await app.register(), await app.register(), newEmail()];
    await verify(tokenIn(await lastMail(rui.email, 1)));
    const resend = (email: string) =>
      app.inject('POST', '/auth/resend-verification', { body: { email }, headers: { 'accept-language': 'pt-BR' } });
    const answers = [await resend(rui.email), await resend(stranger), await resend(ana.email)];
    expect(answers.map((answer) => answer.body)).toEqual(Array(3).fill({ data: { success: true } }));
    const mail = await lastMail(ana.email, 2);
    expect(mail.subject).toBe('Confirme seu endereço de e-mail');
    expect((await verify(tokenIn(mail))).status).toBe(200);
    expect(readOutbox(app).filter(({ to }) => to === rui.email)).toHaveLength(1);
    expect(readOutbox(app).filter(({ to }) => to === stranger)).toHaveLength(0);
  });

  it('is not proven by what is no good token', async () => {
    const ana = await app.register();
    await post('/auth/forgot-password', { email: ana.email });
    const reset = tokenIn(await lastMail(ana.email, 2));
    const old = tokenIn((await mailsTo(app, ana.email, 1))[0]!);
    await app.db.query(`UPDATE mailed_tokens SET expires_at = now() WHERE email = $1 AND purpose = 'VERIFY_EMAIL'`, [
      ana.email,
    ]);
    const answers = await Promise.all([null, '', [], {}, 'undefined', randomUUID(), old, reset].map(verify));
    const bodies = new Set(answers.map((answer) => JSON.stringify(withoutId(answer))));
    expect([answers[0]!.status, bodies.size]).toEqual([400, 1]);
  });

  it('tells its owner when somebody else wants it, at most once an hour', async () => {
    const ana = await app.register();
    for (let n = 0; n < 2; n++) {
      const taken = await post('/auth/register', { name: 'Eva', email: ana.email, password: next });
      expect([taken.status, taken.body.code]).toEqual([409, 'EMAIL_TAKEN']);
    }
    expect((await lastMail(ana.email, 2)).subject).toBe('You already have an account');
    await post('/auth/forgot-password', { email: ana.email });
    await mailsTo(app, ana.email, 3);
    const notices = readOutbox(app).filter((mail) => mail.to === ana.email && mail.subject.includes('already'));
    expect(notices).toHaveLength(1);
  });

  it.each([
    { name: 'in another case', input: (email: string) => email.toUpperCase() },
    { name: 'in fullwidth letters', input: (email: string) => email.replace('a', '\uff41') },
    { name: 'with a Kelvin sign', input: (email: string) => email.replace('k', '\u212a') },
  ])('is the same $name', async ({ input }) => {
    const email = `ka-${newEmail()}`;
    expect((await post('/auth/register', { name: 'Ana', email, password: next })).status).toBe(201);
    const twin = await post('/auth/register', { name: 'Eva', email: input(email), password: next });
    expect(twin.body.code).toBe('EMAIL_TAKEN');
  });

  it.each([
    { name: 'a Cyrillic letter', input: 'аna@example.com' },
    { name: 'a Cyrillic domain', input: 'ana@ехample.com' },
    { name: 'an invisible letter', input: 'an\u200ba@example.com' },
    { name: 'a second address', input: 'ana@example.com,eva@example.com' },
    { name: 'a line after it', input: 'ana@example.com\r\nBcc: eva@example.com' },
  ])('has no $name', async ({ input }) => {
    const answer = await post('/auth/register', { name: 'Ana', email: input, password: next });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'email']);
  });
});

it('a link to an address the account has left opens nothing', async () => {
  const ana = await app.register();
  await post('/auth/forgot-password', { email: ana.email });
  const tokens = (await mailsTo(app, ana.email, 2)).map(tokenIn);
  await app.db.query('UPDATE users SET email = $1 WHERE id = $2', [newEmail(), ana.userId]);
  expect((await post('/auth/verify-email', { token: tokens[0] })).body.code).toBe('INVALID_TOKEN');
  expect((await post('/auth/reset-password', { token: tokens[1], password: next })).body.code).toBe('INVALID_TOKEN');
  expect((await whoAmI(ana.token)).status).toBe(200);
});

describe('another address', () => {
  const change = (person: Person, email: string, password = person.password) =>
    post('/auth/change-email', { email, password }, person.token);
  const verify = (token: string) => post('/auth/verify-email', { token });

  it('takes effect when its own link is opened; the old one is told, and opens nothing more', async () => {
    const ana = await app.register();
    const email = newEmail();
    await post('/auth/forgot-password', { email: ana.email });
    const oldReset = tokenIn(await lastMail(ana.email, 2));
    expect((await change(ana, email.toUpperCase())).body).toEqual({ data: { success: true } });
    expect((await lastMail(ana.email, 3)).subject).toBe('A new e-mail address was asked for');
    expect((await whoAmI(ana.token)).body.data.email).toBe(ana.email);
    const link = tokenIn(await lastMail(email, 1));
    expect((await post('/auth/reset-password', { token: link, password: next })).status).toBe(400);
    expect((await verify(link)).status).toBe(200);
    expect((await whoAmI(ana.token)).body.data).toMatchObject({ email, emailVerified: true });
    expect((await lastMail(ana.email, 4)).subject).toBe('Your e-mail address was changed');
    expect((await login(email, ana.password)).status).toBe(200);
    expect((await login(ana.email, ana.password)).status).toBe(401);
    expect((await post('/auth/reset-password', { token: oldReset, password: next })).status).toBe(400);
    expect(await events(ana.userId)).toEqual([
      'account.registered',
      'password.reset-asked',
      'email.change-asked',
      'email.changed',
      'password.signed-in',
    ]);
  });

  it('needs the password, and the same patience as signing in', async () => {
    const ana = await app.register();
    for (let n = 0; n < 5; n++) {
      const wrong = await change(ana, newEmail(), 'not this one');
      expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, 'password']);
    }
    expect((await change(ana, newEmail())).status).toBe(429);
    expect(await events(ana.userId)).toEqual(['account.registered']);
  });

  it('needs an account with a password', async () => {
    const ana = await app.register();
    await app.db.query('UPDATE users SET password_hash = NULL WHERE id = $1', [ana.userId]);
    expect((await change(ana, newEmail())).body.errors[0]).toEqual({
      path: 'password',
      message: 'Set a password first: this account has none',
    });
  });

  it('does not tell whether it has an account, but its owner', async () => {
    const [ana, rui] = [await app.register(), await app.register()];
    expect((await change(ana, rui.email)).body).toEqual({ data: { success: true } });
    expect((await lastMail(rui.email, 2)).subject).toBe('You already have an account');
  });

  it('that was taken meanwhile stays with whoever has it', async () => {
    const ana = await app.register();
    const email = newEmail();
    await change(ana, email);
    const token = tokenIn(await lastMail(email, 1));
    await post('/auth/register', { name: 'Eva', email, password: next });
    const late = await verify(token);
    expect([late.status, late.body.code]).toEqual([409, 'EMAIL_TAKEN']);
    expect((await whoAmI(ana.token)).body.data.email).toBe(ana.email);
  });

  it('asked for before the password was changed is not confirmed', async () => {
    const ana = await app.register();
    const email = newEmail();
    await change(ana, email);
    const token = tokenIn(await lastMail(email, 1));
    const body = { currentPassword: ana.password, newPassword: next };
    expect((await post('/auth/change-password', body, ana.token)).status).toBe(200);
    expect((await verify(token)).status).toBe(400);
  });

  it('is not for an API key to ask for', async () => {
    const ana = await app.register();
    const body = { email: newEmail(), password: ana.password };
    expect((await post('/auth/change-email', body, await keyOf(ana))).status).toBe(403);
  });
});

describe('another password', () => {
  const change = (token: string, currentPassword: string | undefined, newPassword = next) =>
    post('/auth/change-password', { currentPassword, newPassword }, token);

  it('ends every session but the one it answers', async () => {
    const ana = await app.register();
    const other = (await login(ana.email, ana.password)).body.data;
    const answer = await change(ana.token, ana.password);
    expect(answer.status).toBe(200);
    const { accessToken, refreshToken } = answer.body.data;
    for (const token of [ana.token, other.accessToken]) expect((await whoAmI(token)).status).toBe(401);
    for (const old of [ana.refreshToken, other.refreshToken])
      expect((await post('/auth/refresh', { refreshToken: old })).status).toBe(401);
    expect((await whoAmI(accessToken)).status).toBe(200);
    expect((await post('/auth/refresh', { refreshToken })).status).toBe(200);
    expect((await login(ana.email, ana.password)).status).toBe(401);
    expect((await login(ana.email, next)).status).toBe(200);
    expect((await lastMail(ana.email, 2)).subject).toBe('Your password was changed');
    expect(await events(ana.userId)).toContain('password.changed');
  });

  it('needs the current one, and the same patience as signing in', async () => {
    const ana = await app.register();
    for (const wrong of ['not this one', '', undefined, 'x', 'y']) {
      const answer = await change(ana.token, wrong);
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'currentPassword']);
    }
    expect((await change(ana.token, ana.password)).status).toBe(429);
    expect((await whoAmI(ana.token)).status).toBe(200);
  });

  it('is the first one of an account without', async () => {
    const ana = await app.register();
    await app.db.query('UPDATE users SET password_hash = NULL WHERE id = $1', [ana.userId]);
    expect((await change(ana.token, undefined)).status).toBe(200);
    expect((await login(ana.email, next)).status).toBe(200);
  });

  it('is not for an API key to set', async () => {
    const ana = await app.register();
    const body = { currentPassword: ana.password, newPassword: next };
    expect((await post('/auth/change-password', body, await keyOf(ana))).status).toBe(403);
  });

  it.each([
    { name: 'of a hundred thousand characters', input: 'x'.repeat(100_000) },
    { name: 'too short', input: 'too short' },
  ])('is refused when it is $name', async ({ input }) => {
    const ana = await app.register();
    const answer = await change(ana.token, ana.password, input);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'newPassword']);
  });

  it('is compared whole: beyond 72 bytes, and beyond a NUL', async () => {
    const email = newEmail();
    const password = `${'x'.repeat(72)}\0tail`;
    await post('/auth/register', { name: 'Ana', email, password });
    expect((await login(email, password)).status).toBe(200);
    for (const other of ['x'.repeat(72), `${'x'.repeat(72)}\0`, `${'x'.repeat(72)}\0liat`])
      expect((await login(email, other)).status).toBe(401);
  });
});

describe('what is asked of the database is text', () => {
  const operators = [{ contains: '' }, { not: '' }, ['ana@example.com'], 7, null];
  it.each([
    { path: '/auth/login', field: 'email', rest: { password: next } },
    { path: '/auth/login', field: 'password', rest: { email: 'ana@example.com' } },
    { path: '/auth/forgot-password', field: 'email', rest: {} },
    { path: '/auth/resend-verification', field: 'email', rest: {} },
    { path: '/auth/refresh', field: 'refreshToken', rest: {} },
    { path: '/auth/logout', field: 'refreshToken', rest: {} },
    { path: '/auth/register', field: 'invitationToken', rest: { name: 'Ana', email: newEmail(), password: next } },
  ])('$field of $path', async ({ path, field, rest }) => {
    for (const value of operators) {
      const answer = await post(path, { ...rest, [field]: value });
      expect([answer.status, answer.body.errors?.[0].path]).toEqual([400, field]);
    }
  });
});

it('an account is for whoever is signed in', async () => {
  for (const path of ['/auth/change-email', '/auth/change-password', '/auth/logout-all'])
    expect((await post(path, {})).status).toBe(401);
});
