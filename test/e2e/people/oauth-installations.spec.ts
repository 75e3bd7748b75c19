import { afterEach, expect, it } from 'vitest';
import { locationOf, openBrowser } from '../../support/oauth-browser.js';
import { type OAuthProviderServer, startOAuthProvider } from '../../support/oauth-provider.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let provider: OAuthProviderServer | undefined;
let app: TestApp;
afterEach(() => Promise.all([app.close(), provider?.close()]));

it('shows nothing of a provider it is not registered with', async () => {
  app = await startTestApp();
  for (const path of ['google', 'google/callback', 'facebook', 'facebook/callback']) {
    const answer = await app.inject('GET', `/auth/${path}`);
    expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'NOT_FOUND']);
  }
});

it('lets nobody new in where registration is by invitation, but whoever has an account', async () => {
  provider = await startOAuthProvider();
  app = await startTestApp({ REGISTRATION: 'invite' }, { config: { google: provider.client } });
  provider.person = { subject: '1', email: 'first@example.com' };
  expect(await openBrowser(app).signIn('google')).toHaveProperty('code');
  provider.person = { subject: '2', email: 'second@example.com' };
  expect(await openBrowser(app).signIn('google')).toEqual({ error: 'REGISTRATION_CLOSED' });
  provider.person = { subject: '1', email: 'first@example.com' };
  expect(await openBrowser(app).signIn('google')).toHaveProperty('code');
  const { rows } = await app.db.query('SELECT name FROM users');
  expect(rows).toEqual([{ name: 'first' }]);
});

it('comes back to the console when Google is away, and tries again the next time', async () => {
  provider = await startOAuthProvider();
  app = await startTestApp({}, { config: { google: provider.client } });
  provider.person = { subject: '1', email: 'ana@example.com' };
  provider.mischief = { metadataStatus: 503 };
  const begun = await openBrowser(app).open(`${app.url}/auth/google`);
  expect(locationOf(begun)).toBe(`${app.url}/console/oauth?error=OAUTH_FAILED`);
  expect(begun.headers['set-cookie']).toBeUndefined();
  provider.mischief = {};
  expect(await openBrowser(app).signIn('google')).toHaveProperty('code');
});

it('keeps its cookie to HTTPS and to its own path, where it is served so', async () => {
  provider = await startOAuthProvider();
  app = await startTestApp({}, { config: { google: provider.client, publicUrl: 'https://shop.example/tawkee' } });
  const begun = await openBrowser(app).open(`${app.url}/auth/google`);
  expect(begun.headers['set-cookie']).toMatch(/; Path=\/tawkee\/auth; HttpOnly; Secure; SameSite=Lax$/);
  const { searchParams } = new URL(locationOf(begun));
  expect(searchParams.get('redirect_uri')).toBe('https://shop.example/tawkee/auth/google/callback');
});
