import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../support/api-keys.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../../support/test-app.js';

const RATE = 16;
let app: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp({ API_RATE_PER_MINUTE: String(RATE) });
  ana = await app.register();
});
afterAll(() => app.close());

const workspaces = (token: string, headers?: Record<string, string>) =>
  app.inject('GET', '/v2/workspaces', { token, headers });

it('speaks for one workspace, with the role of the key', async () => {
  const rui = await app.register();
  await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'OWNER')`, [
    rui.workspaceId,
    ana.userId,
  ]);
  const { key } = await insertApiKey(app, ana, 'VIEWER');
  expect((await workspaces(key)).body.map((workspace: { id: string }) => workspace.id)).toEqual([ana.workspaceId]);
  const agents = (workspaceId: string, method = 'GET') =>
    app.inject(method, `/v2/workspace/${workspaceId}/agents`, {
      token: key,
      body: method === 'GET' ? undefined : { name: 'Bia' },
    });
  expect((await agents(ana.workspaceId)).status).toBe(200);
  expect((await agents(ana.workspaceId, 'POST')).status).toBe(403);
  expect((await agents(rui.workspaceId)).status).toBe(404);
});

describe('a key that is no good (any more)', () => {
  const spoil = (set: string) => (id: string) => app.db.query(`UPDATE api_keys SET ${set} WHERE id = $1`, [id]);
  it.each<{ name: string; input: (id: string, owner: Person) => Promise<unknown> }>([
    { name: 'revoked', input: spoil('revoked_at = now()') },
    { name: 'expired', input: spoil('expires_at = now()') },
    {
      name: 'of a deleted workspace',
      input: (_, owner) => app.db.query('UPDATE workspaces SET deleted_at = now() WHERE id = $1', [owner.workspaceId]),
    },
    {
      name: 'made by somebody who left',
      input: (_, owner) => app.db.query('DELETE FROM memberships WHERE user_id = $1', [owner.userId]),
    },
  ])('is refused like a stranger: $name', async ({ input }) => {
    const owner = await app.register();
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'MEMBER')`, [
      owner.workspaceId,
      ana.userId,
    ]);
    const { id, key } = await insertApiKey(app, owner);
    expect((await workspaces(key)).status).toBe(200);
    await input(id, owner);
    const [refused, stranger] = [await workspaces(key), await workspaces('garbage')];
    expect(refused.status).toBe(401);
    const { requestId: _a, ...first } = refused.body;
    const { requestId: _b, ...second } = stranger.body;
    expect(first).toEqual(second);
  });
});

it('notes its last use, once a minute', async () => {
  const { id, key } = await insertApiKey(app, ana);
  const lastUse = async () =>
    (await app.db.query('SELECT last_used_at AS at FROM api_keys WHERE id = $1', [id])).rows[0].at as Date | null;
  expect(await lastUse()).toBeNull();
  await workspaces(key);
  const first = await lastUse();
  expect(first).not.toBeNull();
  await workspaces(key);
  expect(await lastUse()).toEqual(first);
  await app.db.query(`UPDATE api_keys SET last_used_at = now() - interval '61 s' WHERE id = $1`, [id]);
  await workspaces(key);
  expect((await lastUse())!.getTime()).toBeGreaterThanOrEqual(first!.getTime());
});

it('is asked to wait when it asks too much; another key, and another address, change nothing', async () => {
  const [busy, quiet] = [await insertApiKey(app, ana), await insertApiKey(app, ana)];
  const answers: Answer[] = [];
  // A minute of the clock may end meanwhile: then there is one more to fill.
  for (let n = 0; n <= 2 * RATE; n++) answers.push(await workspaces(busy.key, { 'x-forwarded-for': `203.0.113.${n}` }));
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 429]));
  const refused = answers.find((answer) => answer.status === 429)!;
  expect(refused.body.code).toBe('TOO_MANY_REQUESTS');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect((await workspaces(quiet.key)).status).toBe(200);
});
