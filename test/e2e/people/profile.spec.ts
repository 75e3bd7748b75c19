import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertApiKey } from '../../support/api-keys.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const operator = `${randomUUID()}@example.com`;
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ OPERATOR_EMAILS: operator });
});
afterAll(() => app.close());

const get = async (token: string) => app.inject('GET', '/auth/profile', { token });
const put = (token: string, body: unknown) => app.inject('PUT', '/auth/profile', { token, body });

it('shows who somebody is, and what they may do where', async () => {
  const ana = await app.register('Ana Souza');
  const rui = await app.register('Rui');
  const join = 'INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3)';
  await app.db.query(join, [rui.workspaceId, ana.userId, 'MEMBER']);
  const answer = await get(ana.token);
  expect(answer.status).toBe(200);
  expect(answer.body.data).toEqual({
    id: ana.userId,
    name: 'Ana Souza',
    email: ana.email,
    picture: null,
    emailVerified: false,
    hasPassword: true,
    isOperator: false,
    providers: [],
    memberships: [
      {
        workspaceId: ana.workspaceId,
        workspaceName: "Ana Souza's workspace",
        role: 'OWNER',
        actions: ['read', 'chat', 'configure', 'administer', 'own'],
        isSuspended: false,
      },
      {
        workspaceId: rui.workspaceId,
        workspaceName: "Rui's workspace",
        role: 'MEMBER',
        actions: ['read', 'chat'],
        isSuspended: false,
      },
    ],
    createdAt: expect.any(String),
  });
  await app.db.query('UPDATE workspaces SET suspended_at = now() WHERE id = $1', [rui.workspaceId]);
  await app.db.query('UPDATE workspaces SET deleted_at = now() WHERE id = $1', [ana.workspaceId]);
  const { memberships } = (await get(ana.token)).body.data;
  expect(memberships).toMatchObject([{ workspaceId: rui.workspaceId, actions: ['read'], isSuspended: true }]);
});

it('shows how somebody signs in', async () => {
  const ana = await app.register();
  await app.db.query('UPDATE users SET password_hash = NULL WHERE id = $1', [ana.userId]);
  for (const provider of ['google', 'facebook'])
    await app.db.query('INSERT INTO oauth_identities (provider, subject, user_id, email) VALUES ($1, $2, $3, $4)', [
      provider,
      randomUUID(),
      ana.userId,
      ana.email,
    ]);
  expect((await get(ana.token)).body.data).toMatchObject({ hasPassword: false, providers: ['facebook', 'google'] });
});

it('shows an operator only once the address is proven', async () => {
  const password = 'correct horse battery';
  const { data } = (await app.inject('POST', '/auth/register', { body: { name: 'Op', email: operator, password } }))
    .body;
  expect((await get(data.accessToken)).body.data.isOperator).toBe(false);
  await app.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [data.user.id]);
  expect((await get(data.accessToken)).body.data.isOperator).toBe(true);
});

it('takes back what it showed, with one field changed', async () => {
  const ana = await app.register();
  const before = (await get(ana.token)).body.data;
  const changed = await put(ana.token, { ...before, name: ' Ana Lima ', email: 'eva@example.com', isOperator: true });
  expect(changed.status).toBe(200);
  expect(changed.body.data).toEqual({ ...before, name: 'Ana Lima' });
  const picture = 'https://example.com/ana.jpg';
  expect((await put(ana.token, { picture })).body.data).toEqual({ ...before, name: 'Ana Lima', picture });
  expect((await put(ana.token, { picture: null })).body.data.picture).toBeNull();
});

it.each([
  { name: 'an empty name', input: { name: ' ' }, expected: 'name' },
  { name: 'an unknown field', input: { passwordHash: 'x' }, expected: 'passwordHash' },
])('refuses $name', async ({ input, expected }) => {
  const ana = await app.register();
  const answer = await put(ana.token, input);
  expect([answer.status, answer.body.errors[0].path]).toEqual([400, expected]);
});

it('belongs to people, not to API keys', async () => {
  const { key } = await insertApiKey(app, await app.register());
  expect((await get(key)).status).toBe(403);
  expect((await put(key, { name: 'Program' })).status).toBe(403);
  expect((await app.inject('GET', '/auth/profile')).status).toBe(401);
});
