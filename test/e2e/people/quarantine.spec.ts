import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
let path: string;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
  path = `/workspace/${shop.workspaceId}/webhook-quarantine`;
});
afterAll(() => app.close());

const call = (method: string, route: string) => app.inject(method, route, { token: shop.token });
const list = async () => (await call('GET', path)).body;
const body = (rest: object = {}) => ({
  event: 'messages.upsert',
  instance: shop.instanceName,
  apikey: 'CANARY-KEY',
  data: {
    key: { remoteJid: '5581977770001@s.whatsapp.net', fromMe: false, id: randomUUID() },
    pushName: 'Rui',
    message: { conversation: 'fui perdido?' },
    messageType: 'conversation',
    messageTimestamp: Math.floor(Date.now() / 1000),
    ...rest,
  },
});
const knock = async (sent: unknown) => {
  const headers = await app.webhookHeaders(shop.instanceName);
  const door = `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
  expect((await app.inject('POST', door, { headers, body: sent })).status).toBe(200);
};
/** Puts a body there as an older version would have, which could not read what this one can. */
const keep = async (kept: string, channelId = shop.channelId) =>
  (
    await app.db.query(
      `INSERT INTO webhook_quarantine (workspace_id, id, channel_id, body, error)
       VALUES ($1, gen_random_uuid(), $2, $3, 'not read') RETURNING id`,
      [shop.workspaceId, channelId, kept],
    )
  ).rows[0].id as string;

it('shows what could not be read, newest first, and no secret', async () => {
  await knock(body({ key: 'nonsense' }));
  const first = (await list()).data[0];
  expect(first).toEqual({
    id: expect.any(String),
    channelId: shop.channelId,
    error: expect.any(String),
    body: expect.stringContaining('fui perdido?'),
    characters: first.body.length,
    createdAt: expect.any(String),
  });
  const { rows } = await app.db.query('SELECT body FROM webhook_quarantine');
  expect(JSON.stringify(rows)).not.toContain('CANARY-KEY');
  await keep(JSON.stringify({ long: 'x'.repeat(10_000) }));
  const { data, meta } = await list();
  expect(meta).toMatchObject({ total: 2, page: 1 });
  expect([data[0].body.length, data[0].characters, data[1].id]).toEqual([4_000, 10_011, first.id]);
});

it('takes a body in again, once, and then it is gone', async () => {
  const id = await keep(JSON.stringify(body()));
  const replay = await call('POST', `${path}/${id}/replay`);
  expect([replay.status, replay.body]).toEqual([200, { data: { success: true } }]);
  await app.until(
    `SELECT role FROM messages WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1`,
    [shop.workspaceId],
    (row) => row?.['role'] === 'assistant',
  );
  expect((await call('POST', `${path}/${id}/replay`)).status).toBe(404);
});

it('does not keep twice what was kept already', async () => {
  const known = body();
  await knock(known);
  const id = await keep(JSON.stringify(known));
  expect((await call('POST', `${path}/${id}/replay`)).status).toBe(200);
  const { rows } = await app.db.query('SELECT id FROM messages WHERE provider_id = $1', [known.data.key.id]);
  expect(rows).toHaveLength(1);
});

it.each([
  { name: 'still cannot be read', input: () => keep(JSON.stringify(body({ key: 'nonsense' }))) },
  { name: 'was kept in part', input: () => keep('{"event": "messages.ups') },
  { name: 'came to a channel that is gone', input: () => keep(JSON.stringify(body()), randomUUID()) },
  { name: 'the database refuses', input: () => keep(JSON.stringify(body({ message: { conversation: 'REFUSED' } }))) },
])('leaves there what $name', async ({ input }) => {
  await app.db.query(`ALTER TABLE messages ADD CONSTRAINT refused CHECK (text <> 'REFUSED')`);
  const id = await input();
  const answer = await call('POST', `${path}/${id}/replay`);
  await app.db.query('ALTER TABLE messages DROP CONSTRAINT refused');
  expect([answer.status, answer.body.code]).toEqual([409, 'CONFLICT']);
  const { rows } = await app.db.query('SELECT id FROM webhook_quarantine WHERE id = $1', [id]);
  expect(rows).toHaveLength(1);
});

it('belongs to who runs the workspace', async () => {
  const stranger = await app.register('Rui');
  const id = await keep(JSON.stringify(body()));
  const theirs = `/workspace/${stranger.workspaceId}/webhook-quarantine`;
  const answer = await app.inject('POST', `${theirs}/${id}/replay`, { token: stranger.token });
  expect(answer.status).toBe(404);
  expect((await app.inject('GET', theirs, { token: stranger.token })).body.data).toEqual([]);
  const member = await app.register('Lia');
  await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'MEMBER')`, [
    shop.workspaceId,
    member.userId,
  ]);
  expect((await app.inject('GET', path, { token: member.token })).status).toBe(403);
  expect((await app.inject('POST', `${path}/${id}/replay`, { token: member.token })).status).toBe(403);
});
