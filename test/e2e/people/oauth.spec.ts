import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { locationOf, openBrowser } from '../../support/oauth-browser.js';
import { type OAuthProviderServer, type ProviderPerson, startOAuthProvider } from '../../support/oauth-provider.js';
import { mailsTo } from '../../support/outbox.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let provider: OAuthProviderServer;
let app: TestApp;
beforeAll(async () => {
  provider = await startOAuthProvider();
  app = await startTestApp({}, { config: { google: provider.client, facebook: provider.client } });
});
afterAll(() => Promise.all([app.close(), provider.close()]));
afterEach(() => {
  provider.mischief = {};
});

const newEmail = () => `${randomUUID()}@example.com`;

/** Somebody new is at the keyboard, signed in at the provider. */
function sitDown(person: Partial<ProviderPerson> = {}): ProviderPerson & { email: string } {
  const someone = { subject: randomBytes(8).toString('hex'), email: newEmail(), name: 'Ana Souza', ...person };
  provider.person = someone;
  return someone as ProviderPerson & { email: string };
}

/** All the way through, in a fresh browser; answers the session. */
async function signIn(name = 'google') {
  const browser = openBrowser(app);
  const { code, error } = await browser.signIn(name);
  if (error) throw new Error(error);
  const answer = await browser.exchange(code);
  expect(answer.status).toBe(200);
  return answer.body.data;
}

const problemOf = async (name = 'google') => (await openBrowser(app).signIn(name))['error'];
const rowOf = async (email: string) => (await app.db.query('SELECT * FROM users WHERE email = $1', [email])).rows[0];
const identitiesOf = async (userId: string) =>
  (await app.db.query('SELECT provider, subject FROM oauth_identities WHERE user_id = $1 ORDER BY 1, 2', [userId]))
    .rows;
const eventsOf = async (userId: string) =>
  (
    await app.db.query(
      `SELECT action, details FROM account_events WHERE user_id = $1 AND action LIKE 'oauth.%' ORDER BY id`,
      [userId],
    )
  ).rows;
const prove = (userId: string) => app.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [userId]);

describe.each(['google', 'facebook'])('signing in with %s', (name) => {
  it('makes an account with a workspace at first, and opens the same one ever after', async () => {
    const person = sitDown({ picture: 'https://pictures.example/ana.png' });
    const browser = openBrowser(app, { language: 'pt-BR' });
    const { code, returnTo } = await browser.signIn(name, '?returnTo=%2Fchats%3Ftab%3Dopen');
    expect(returnTo).toBe('/chats?tab=open');
    const answer = await browser.exchange(code);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { accessToken: token, user } = answer.body.data;
    expect(user).toMatchObject({ name: 'Ana Souza', email: person.email });
    const mine = await app.inject('GET', '/workspaces', { token });
    expect(mine.body.data).toEqual([expect.objectContaining({ name: 'Espaço de Ana Souza', role: 'OWNER' })]);
    const row = await rowOf(person.email);
    expect(row).toMatchObject({ password_hash: null, picture: 'https://pictures.example/ana.png' });
    // Facebook does not say that it proved the address.
    expect(row.email_verified_at !== null).toBe(name === 'google');

    // The address may change at the provider; the subject does not.
    sitDown({ subject: person.subject });
    expect((await signIn(name)).user.id).toBe(user.id);
    expect(await identitiesOf(user.id)).toEqual([{ provider: name, subject: person.subject }]);
    expect(await eventsOf(user.id)).toEqual([
      { action: 'oauth.registered', details: { provider: name } },
      { action: 'oauth.signed-in', details: { provider: name } },
    ]);
  });

  it('asks with PKCE, and with the one redirect_uri', async () => {
    sitDown();
    await signIn(name);
    expect(provider.authorizations.at(-1)).toEqual({
      redirectUri: `${app.config.publicUrl}/auth/${name}/callback`,
      challengeMethod: 'S256',
      scope: name === 'google' ? 'openid email profile' : 'email public_profile',
      hasNonce: name === 'google',
    });
  });

  it('says what went wrong there, in the console', async () => {
    sitDown();
    provider.mischief = { error: 'access_denied' };
    expect(await problemOf(name)).toBe('OAUTH_CANCELLED');
    provider.mischief = { error: 'temporarily_unavailable' };
    expect(await problemOf(name)).toBe('OAUTH_FAILED');
    provider.mischief = { tokenStatus: 500 };
    expect(await problemOf(name)).toBe('OAUTH_FAILED');
  });

  it('never sets a cookie that a script, another site or a plain request elsewhere could see', async () => {
    const begun = await openBrowser(app).open(`${app.url}/auth/${name}`);
    expect(begun.headers['set-cookie']).toMatch(
      /^tawkee_oauth=[\w-]{43}; Max-Age=600; Path=\/auth; HttpOnly; SameSite=Lax$/,
    );
  });

  it('refuses a query that is none of its own, and a state that nobody began', async () => {
    const begun = await openBrowser(app).open(`${app.url}/auth/${name}?returnTo=/${'a'.repeat(2_048)}`);
    expect([begun.status, begun.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    const back = await openBrowser(app).open(`${app.url}/auth/${name}/callback?code=abc&state=abc`);
    expect([back.status, back.body.code]).toEqual([400, 'OAUTH_FAILED']);
  });

  it('refuses an address the provider keeps', async () => {
    sitDown({ email: undefined });
    expect(await problemOf(name)).toBe('OAUTH_EMAIL_MISSING');
    sitDown({ email: 'ana@example.com\r\nBcc: all@example.com' });
    expect(await problemOf(name)).toBe('OAUTH_EMAIL_MISSING');
  });
});

describe('the state', () => {
  const refused = async (answer: { status: number; body: { code: string }; headers: Record<string, string> }) => {
    expect([answer.status, answer.body?.code]).toEqual([400, 'OAUTH_FAILED']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['location']).toBeUndefined();
  };

  it('is asked for', async () => {
    const browser = openBrowser(app);
    await browser.goToProvider('google');
    await refused(await browser.open(`${app.url}/auth/google/callback`));
    await refused(await browser.open(`${app.url}/auth/google/callback?code=abc`));
    await refused(await browser.open(`${app.url}/auth/google/callback?error=access_denied`));
    await refused(
      await browser.open(`${app.url}/auth/google/callback?code=abc&state=${randomBytes(32).toString('base64url')}`),
    );
  });

  it('is good only in the browser that began, which others cannot spoil', async () => {
    sitDown();
    const victim = openBrowser(app);
    const callback = await victim.goToProvider('google');
    await refused(await openBrowser(app).open(callback));
    const other = openBrowser(app);
    await other.goToProvider('google');
    await refused(await other.open(callback));
    expect(locationOf(await victim.open(callback))).toContain('?code=');
  });

  it('is good once', async () => {
    sitDown();
    const browser = openBrowser(app);
    const callback = await browser.goToProvider('google');
    const answers = await Promise.all(Array.from({ length: 5 }, () => browser.open(callback)));
    expect(answers.filter((answer) => answer.status === 302)).toHaveLength(1);
    await refused(await browser.open(callback));
  });

  it('is good for ten minutes', async () => {
    sitDown();
    const browser = openBrowser(app);
    const callback = await browser.goToProvider('google');
    const stateHash = createHash('sha256').update(new URL(callback).searchParams.get('state')!).digest();
    const { rows } = await app.db.query(
      `UPDATE oauth_attempts SET expires_at = expires_at - interval '10 minutes' WHERE state_hash = $1 RETURNING expires_at`,
      [stateHash],
    );
    expect(rows).toHaveLength(1);
    await refused(await browser.open(callback));
  });

  it('is good at the provider it was made for', async () => {
    sitDown();
    const browser = openBrowser(app);
    const callback = await browser.goToProvider('facebook');
    await refused(await browser.open(callback.replace('/auth/facebook/', '/auth/google/')));
  });

  it('is not read from a query that says it twice', async () => {
    const browser = openBrowser(app);
    const callback = await browser.goToProvider('google');
    const answer = await browser.open(`${callback}&state=other`);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('is kept as a hash', async () => {
    const browser = openBrowser(app);
    const state = new URL(await browser.goToProvider('google')).searchParams.get('state')!;
    const { rows } = await app.db.query('SELECT oauth_attempts::text AS row FROM oauth_attempts');
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) {
      expect(row).not.toContain(state);
      expect(row).not.toContain(browser.cookie!.split('=')[1]);
    }
  });
});

it('sweeps attempts that nobody finished', async () => {
  await app.db.query(
    `INSERT INTO oauth_attempts (id, provider, state_hash, code_verifier, nonce, browser_hash, return_to, expires_at)
     VALUES (gen_random_uuid(), 'google', '\\x00', 'old', 'old', '\\x00', '/', now() - interval '1 hour')`,
  );
  await openBrowser(app).goToProvider('google');
  const { rows } = await app.db.query(`SELECT 1 FROM oauth_attempts WHERE code_verifier = 'old'`);
  expect(rows).toEqual([]);
});

describe('where one comes back to', () => {
  it.each(['//evil.example', '/\\evil.example', 'https:evil.example', '/%2F/evil.example', '/a\tb', ''])(
    'is the start for %j',
    async (returnTo) => {
      sitDown();
      const arrived = await openBrowser(app).signIn('google', `?returnTo=${encodeURIComponent(returnTo)}`);
      expect(arrived['returnTo']).toBe('/');
    },
  );
});

describe('the one-time code', () => {
  const refused = async (answer: { status: number; body: { code: string } }) =>
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_TOKEN']);

  it('is good once, also for many at once', async () => {
    sitDown();
    const browser = openBrowser(app);
    const { code } = await browser.signIn('google');
    const answers = await Promise.all(Array.from({ length: 5 }, () => browser.exchange(code)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    await refused(await browser.exchange(code));
  });

  it('is good only in the browser that began', async () => {
    sitDown();
    const browser = openBrowser(app);
    const { code } = await browser.signIn('google');
    const thief = openBrowser(app);
    await refused(await thief.exchange(code));
    await thief.goToProvider('google');
    await refused(await thief.exchange(code));
    const answer = await browser.exchange(code);
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toMatch(/^tawkee_oauth=; Max-Age=0; Path=\/auth;/);
  });

  it('is good for a minute', async () => {
    sitDown();
    const browser = openBrowser(app);
    const { code } = await browser.signIn('google');
    const codeHash = createHash('sha256').update(code!).digest();
    const { rows } = await app.db.query(
      `UPDATE oauth_attempts SET expires_at = expires_at - interval '1 minute' WHERE code_hash = $1 RETURNING code_hash`,
      [codeHash],
    );
    expect(rows).toHaveLength(1);
    await refused(await browser.exchange(code));
  });

  it('comes as JSON', async () => {
    const answer = await app.inject('POST', '/auth/exchange', {
      raw: 'code=abc',
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer.status).toBe(415);
  });

  it.each([[null], [''], [[]], [{}], ['undefined']])('is not %j', async (code) => {
    const browser = openBrowser(app);
    await browser.goToProvider('google');
    const answer = await browser.exchange(code);
    expect(answer.status).toBe(400);
  });

  it('answers as login does: with X-Session the refresh token goes into a cookie', async () => {
    sitDown();
    const browser = openBrowser(app);
    const { code } = await browser.signIn('google');
    const headers = { cookie: browser.cookie!, 'x-session': 'cookie' };
    const answer = await app.inject('POST', '/auth/exchange', { body: { code }, headers });
    expect(answer.status).toBe(200);
    expect(answer.body.data).not.toHaveProperty('refreshToken');
    expect(answer.headers['set-cookie']).toMatch(/tawkee_session=[\w-]{43}; .*HttpOnly/);
  });

  it('is not the state, and no token stands in an address', async () => {
    sitDown();
    const browser = openBrowser(app);
    const callback = await browser.goToProvider('google');
    const location = locationOf(await browser.open(callback));
    expect([...new URL(location).searchParams.keys()]).toEqual(['code', 'returnTo']);
    await refused(await browser.exchange(new URL(callback).searchParams.get('state')));
  });
});

describe('the ID token', () => {
  it.each([
    { name: 'another nonce', input: { nonce: 'another' } },
    { name: 'another audience', input: { audience: 'another-client' } },
    { name: 'another issuer', input: { issuer: 'https://accounts.evil.example' } },
    { name: 'a key nobody published', input: { foreignKey: true } },
  ])('is refused with $name', async ({ input }) => {
    const { email } = sitDown();
    provider.mischief = input;
    expect(await problemOf()).toBe('OAUTH_FAILED');
    expect(await rowOf(email)).toBeUndefined();
  });
});

it('asks whom Facebook brought to prove the address', async () => {
  const { email } = sitDown();
  await signIn('facebook');
  expect((await mailsTo(app, email))[0]!.text).toContain('/console/verify#token=');
});

it.each(['google', 'facebook'])('lets one address begin only so often at %s', async (name) => {
  await app.db.query(
    `INSERT INTO rate_limits VALUES ('provider-address:127.0.0.1', 50000, (extract(epoch FROM now()) * 1000)::bigint + 60000)
     ON CONFLICT (key) DO UPDATE SET points = excluded.points`,
  );
  const answer = await openBrowser(app).open(`${app.url}/auth/${name}`);
  expect([answer.status, answer.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  await app.db.query(`DELETE FROM rate_limits WHERE key LIKE 'provider-address:%'`);
});

it('refuses a profile that Facebook does not show', async () => {
  sitDown();
  provider.mischief = { profileStatus: 400 };
  expect(await problemOf('facebook')).toBe('OAUTH_FAILED');
});

it('gives one of two who come for the first time at once the account, and the other one too', async () => {
  sitDown();
  const browsers = [openBrowser(app), openBrowser(app), openBrowser(app)];
  const callbacks = await Promise.all(browsers.map((browser) => browser.goToProvider('google')));
  const arrived = await Promise.all(browsers.map((browser, n) => browser.open(callbacks[n]!)));
  const codes = arrived.map((answer) => new URL(locationOf(answer)).searchParams.get('code'));
  const sessions = await Promise.all(browsers.map((browser, n) => browser.exchange(codes[n])));
  expect(new Set(sessions.map((answer) => answer.body.data?.user.id)).size).toBe(1);
});

describe('an account that has the e-mail already', () => {
  it('is linked, when both sides have proof', async () => {
    const ana = await app.register();
    await prove(ana.userId);
    sitDown({ email: ana.email.toUpperCase() });
    expect((await signIn()).user.id).toBe(ana.userId);
    expect(await eventsOf(ana.userId)).toEqual([{ action: 'oauth.linked', details: { provider: 'google' } }]);
    expect((await mailsTo(app, ana.email, 2)).at(-1)!.subject).toBe('You can now sign in another way');
    // It is still Ana's: her password and her session stay.
    const login = await app.inject('POST', '/auth/login', { body: { email: ana.email, password: ana.password } });
    expect(login.status).toBe(200);
    expect((await app.inject('GET', '/workspaces', { token: ana.token })).status).toBe(200);
  });

  it.each([
    { name: 'Google without proof', by: 'google', isProven: true },
    { name: 'Google without proof, and neither is the account', by: 'google', isProven: false },
    { name: 'Facebook', by: 'facebook', isProven: true },
    { name: 'Facebook, and neither is the account', by: 'facebook', isProven: false },
  ])('is not linked to $name', async ({ by, isProven }) => {
    const ana = await app.register();
    if (isProven) await prove(ana.userId);
    sitDown({ email: ana.email, emailVerified: false });
    expect(await problemOf(by)).toBe('OAUTH_EMAIL_NOT_VERIFIED');
    expect(await identitiesOf(ana.userId)).toEqual([]);
    expect((await rowOf(ana.email)).password_hash).not.toBeNull();
  });
});

describe('an account that somebody else opened with the e-mail (pre-hijacking)', () => {
  /** Ana comes at last, with Google's word that the address is hers. */
  const anaComes = async (email: string) => {
    const ana = sitDown({ email, name: 'Ana Herself' });
    const session = await signIn();
    expect(session.user).toMatchObject({ email, name: 'Ana Herself' });
    expect(await identitiesOf(session.user.id)).toEqual([{ provider: 'google', subject: ana.subject }]);
    expect((await rowOf(email)).email_verified_at).not.toBeNull();
    expect((await app.inject('GET', '/workspaces', { token: session.accessToken })).status).toBe(200);
    return session.user.id as string;
  };

  it('classic-federated merge: the password opens nothing any more', async () => {
    const mallory = await app.register('Mallory');
    expect(await anaComes(mallory.email)).toBe(mallory.userId);
    const login = await app.inject('POST', '/auth/login', {
      body: { email: mallory.email, password: mallory.password },
    });
    expect([login.status, login.body.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(await eventsOf(mallory.userId)).toEqual([{ action: 'oauth.taken-over', details: { provider: 'google' } }]);
    expect((await mailsTo(app, mallory.email, 2)).at(-1)!.subject).toBe('Your account is confirmed');
  });

  it('unexpired session: every one of them is over', async () => {
    const mallory = await app.register('Mallory');
    await anaComes(mallory.email);
    const { refreshToken, token } = mallory;
    expect((await app.inject('POST', '/auth/refresh', { body: { refreshToken } })).status).toBe(401);
    expect((await app.inject('GET', '/workspaces', { token })).status).toBe(401);
  });

  it('trojan identifier: another identity that opened it does not any more', async () => {
    const mallory = await app.register('Mallory');
    const subject = randomUUID();
    await app.db.query(
      `INSERT INTO oauth_identities (provider, subject, user_id, email) VALUES ('facebook', $1, $2, $3)`,
      [subject, mallory.userId, mallory.email],
    );
    await anaComes(mallory.email);
    sitDown({ subject, email: newEmail() });
    expect((await signIn('facebook')).user.id).not.toBe(mallory.userId);
  });

  it('unexpired e-mail change: nothing that was mailed before is good', async () => {
    const mallory = await app.register('Mallory');
    for (const [purpose, email] of [
      ['CHANGE_EMAIL', newEmail()],
      ['RESET_PASSWORD', mallory.email],
      ['VERIFY_EMAIL', mallory.email],
    ])
      await app.db.query(
        `INSERT INTO mailed_tokens (id, user_id, purpose, email, token_hash, expires_at)
         VALUES (gen_random_uuid(), $1, $2, $3, $4, now() + interval '1 day')`,
        [mallory.userId, purpose, email, randomBytes(32)],
      );
    await anaComes(mallory.email);
    const { rows } = await app.db.query(
      'SELECT count(*)::int AS good FROM mailed_tokens WHERE user_id = $1 AND used_at IS NULL',
      [mallory.userId],
    );
    expect(rows).toEqual([{ good: 0 }]);
  });

  it('trojan identifier: no key opens the workspace any more', async () => {
    const mallory = await app.register('Mallory');
    const keys = `/workspaces/${mallory.workspaceId}/api-keys`;
    const made = await app.inject('POST', keys, { token: mallory.token, body: { name: 'later', role: 'ADMIN' } });
    expect(made.status).toBe(201);
    await anaComes(mallory.email);
    const { rows } = await app.db.query('SELECT revoked_at FROM api_keys WHERE workspace_id = $1', [
      mallory.workspaceId,
    ]);
    expect(rows).toEqual([{ revoked_at: expect.any(Date) }]);
    const audited = await app.db.query(
      `SELECT user_id FROM audit_events WHERE workspace_id = $1 AND action = 'member.taken_over'`,
      [mallory.workspaceId],
    );
    expect(audited.rows).toEqual([{ user_id: mallory.userId }]);
  });

  it('non-verifying provider: what it let in is out, a code not yet exchanged as well', async () => {
    const email = newEmail();
    const mallory = sitDown({ email, name: 'Mallory' });
    const waiting = openBrowser(app);
    const session = await signIn('facebook');
    const { code } = await waiting.signIn('facebook');
    expect(await anaComes(email)).toBe(session.user.id);
    expect((await waiting.exchange(code)).status).toBe(400);
    expect((await app.inject('GET', '/workspaces', { token: session.accessToken })).status).toBe(401);
    provider.person = mallory;
    expect(await problemOf('facebook')).toBe('OAUTH_EMAIL_NOT_VERIFIED');
  });
});

describe('whoever takes an account over while another one signs in to it', () => {
  /** Holds an account as a take-over does, lets `start` wait for it, does `meanwhile`, and lets go. */
  async function hold<T>(userId: string, start: () => Promise<T>, meanwhile: string): Promise<T> {
    const other = await app.db.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [userId]);
      const started = start();
      await app.until(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        [],
        (row) => row?.['waiting'] > 0,
      );
      await other.query(meanwhile, [userId]);
      await other.query('COMMIT');
      return await started;
    } finally {
      other.release();
    }
  }

  it('voids the code that is being exchanged', async () => {
    sitDown();
    const { user } = await signIn('facebook');
    const browser = openBrowser(app);
    const { code } = await browser.signIn('facebook');
    const answer = await hold(user.id, () => browser.exchange(code), 'DELETE FROM oauth_attempts WHERE user_id = $1');
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_TOKEN']);
  });

  it('shuts out the identity that is coming back', async () => {
    sitDown();
    const { user } = await signIn('facebook');
    const browser = openBrowser(app);
    const callback = await browser.goToProvider('facebook');
    const answer = await hold(user.id, () => browser.open(callback), 'DELETE FROM oauth_identities WHERE user_id = $1');
    expect(locationOf(answer)).toMatch(/error=OAUTH_EMAIL_NOT_VERIFIED$/);
  });
});

describe('documentation', () => {
  it('keeps the redirects', async () => {
    const { paths } = (await app.inject('GET', '/api-json')).body;
    for (const path of ['/auth/google', '/auth/google/callback', '/auth/facebook', '/auth/facebook/callback'])
      expect(paths[path].get.responses['302'].description).toEqual(expect.any(String));
  });
});
