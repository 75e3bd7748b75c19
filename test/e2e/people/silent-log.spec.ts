import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertApiKey } from '../../support/api-keys.js';
import { captureLog } from '../../support/captured-log.js';
import { mailsTo, tokenIn } from '../../support/outbox.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const post = (path: string, body: unknown, token?: string) => app.inject('POST', path, { body, token });

it('keeps passwords, tokens, keys and mails out of the log, also when the database fails', async () => {
  const log = captureLog(app);
  const ana = await app.register();
  const { key } = await insertApiKey(app, ana);
  const next = 'a canary in the coal mine';
  await app.inject('GET', '/v2/workspaces', { token: key });
  const renewed = (await post('/auth/refresh', { refreshToken: ana.refreshToken })).body.data;
  await post('/auth/forgot-password', { email: ana.email });
  const mails = await mailsTo(app, ana.email, 2);
  const tokens = mails.map(tokenIn);
  await post('/auth/verify-email', { token: tokens[0] });
  await post('/auth/reset-password', { token: tokens[1], password: next });
  await post('/auth/login', { email: ana.email, password: 'a wrong canary' });
  const session = (await post('/auth/login', { email: ana.email, password: next })).body.data;
  // Everything again, against tables that are not there: errors carry what was asked for.
  await app.db.query('ALTER TABLE users RENAME TO gone');
  await app.db.query('ALTER TABLE api_keys RENAME TO gone_too');
  const body = { name: 'Ana', email: 'canary@example.com', password: next };
  const broken = [
    await post('/auth/register', body),
    await post('/auth/login', { email: ana.email, password: next }),
    await post('/auth/refresh', { refreshToken: session.refreshToken }),
    await app.inject('GET', '/auth/profile', { token: session.accessToken }),
    await app.inject('GET', '/v2/workspaces', { token: key }),
  ];
  expect(broken.map((answer) => answer.status)).toEqual([500, 500, 500, 500, 500]);
  await app.db.query('ALTER TABLE gone RENAME TO users');
  await app.db.query('ALTER TABLE gone_too RENAME TO api_keys');
  const written = log.join('');
  expect(written).toContain('a mail was written to a file');
  expect(written).toContain('a request failed unexpectedly');
  const secrets = [
    ...[ana.password, next, 'a wrong canary', key, ana.token, ana.refreshToken, renewed.accessToken],
    ...[renewed.refreshToken, session.accessToken, session.refreshToken, ...tokens],
    ...mails.flatMap((mail) => [mail.subject, mail.text.trim()]),
  ];
  expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
});
