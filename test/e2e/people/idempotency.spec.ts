import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
});
afterAll(() => app.close());

const say = (body: unknown, key?: string, face = '', token = shop.token) =>
  app.inject('POST', `${face}/agent/${shop.agentId}/conversation`, {
    token,
    body,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const countOf = async (contextId: string) => {
  const { rows } = await app.db.query(
    `SELECT count(*)::int AS n FROM messages m JOIN contact_aliases a ON a.workspace_id = m.workspace_id
       AND a.channel_id = m.channel_id AND a.alias = $1
     JOIN chats c ON c.workspace_id = m.workspace_id AND c.id = m.chat_id AND c.contact_id = a.contact_id
     WHERE m.role = 'user'`,
    [`api:${contextId}`],
  );
  return rows[0].n;
};

describe('Idempotency-Key', () => {
  it('gives the first answer again, on both faces, and says that it does', async () => {
    const body = { contextId: randomUUID(), prompt: 'Oi' };
    const key = randomUUID();
    const first = await say(body, key, '/v2');
    expect(first.status).toBe(200);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    const again = await say(body, key, '/v2');
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await say(body, key)).body).toEqual({ data: first.body });
    expect(await countOf(body.contextId)).toBe(1);
  });

  it.each(['', '/v2'])('refuses another request under the same key (%s)', async (face) => {
    const contextId = randomUUID();
    const key = randomUUID();
    expect((await say({ contextId, prompt: 'Oi' }, key, face)).status).toBe(200);
    const other = await say({ contextId, prompt: 'Tchau' }, key, face);
    expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await countOf(contextId)).toBe(1);
  });

  it('runs one of many that come at once', async () => {
    const body = { contextId: randomUUID(), prompt: 'Oi' };
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => say(body, key)));
    for (const { status, body: problem } of answers)
      expect(status === 200 || problem.code === 'IDEMPOTENCY_IN_PROGRESS').toBe(true);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await countOf(body.contextId)).toBe(1);
  });

  it('lets a failed request be sent again, and keeps keys of two callers apart', async () => {
    const key = randomUUID();
    const contextId = randomUUID();
    expect((await say({ contextId, prompt: 5 }, key)).status).toBe(400);
    expect((await say({ contextId, prompt: 'Oi' }, key)).status).toBe(200);
    const stranger = await app.register();
    expect((await say({ contextId, prompt: 'Oi' }, key, '', stranger.token)).status).toBe(404);
  });

  it('goes on after a crash without doing it twice', async () => {
    const body = { contextId: randomUUID(), prompt: 'Oi' };
    const key = randomUUID();
    const first = await say(body, key, '/v2');
    // As if the process had died between the effect and its record.
    await app.db.query(
      `UPDATE idempotency_keys SET answer = NULL, claimed_at = now() - interval '4 minutes' WHERE key = $1`,
      [key],
    );
    const again = await say(body, key, '/v2');
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await countOf(body.contextId)).toBe(1);
  });

  it('is new again after a day', async () => {
    const contextId = randomUUID();
    const key = randomUUID();
    await say({ contextId, prompt: 'Oi' }, key);
    await app.db.query(`UPDATE idempotency_keys SET started_at = now() - interval '25 hours' WHERE key = $1`, [key]);
    expect((await say({ contextId, prompt: 'Tchau' }, key)).status).toBe(200);
    expect(await countOf(contextId)).toBe(2);
  });

  it.each(['with space', 'x'.repeat(256)])('refuses the key %s', async (key) => {
    const answer = await say({ contextId: randomUUID(), prompt: 'Oi' }, key);
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([400, 'Idempotency-Key']);
  });

  it.each(['', '/v2'])('holds for lines that ask for no answer (%s)', async (face) => {
    const contextId = randomUUID();
    const key = randomUUID();
    const add = (prompt: string) =>
      app.inject('POST', `${face}/agent/${shop.agentId}/add-message`, {
        token: shop.token,
        body: { contextId, prompt, role: 'user' },
        headers: { 'idempotency-key': key },
      });
    expect((await add('Oi')).status).toBe((await add('Oi')).status);
    expect((await add('Tchau')).status).toBe(409);
    expect(await countOf(contextId)).toBe(1);
  });
});
