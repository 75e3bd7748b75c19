import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let shop: Shop;
let secret: string;
let path: string;

beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
  secret = (await app.webhookHeaders(shop.instanceName))['x-tawkee-secret']!;
  path = `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
});
afterAll(() => app?.close());

const knock = (body: unknown, options: { secret?: string; path?: string; headers?: Record<string, string> } = {}) =>
  app.inject('POST', options.path ?? path, {
    body,
    headers: { 'x-tawkee-secret': options.secret ?? secret, ...options.headers },
  });
const upsert = (id: string, message: unknown, rest: Record<string, unknown> = {}) => ({
  event: 'messages.upsert',
  instance: shop.instanceName,
  data: {
    key: { remoteJid: '5581977770001@s.whatsapp.net', fromMe: false, id },
    pushName: 'Rui',
    message,
    messageType: 'conversation',
    messageTimestamp: Math.floor(Date.now() / 1000),
    ...rest,
  },
});
const stored = async (providerId: string) =>
  (await app.db.query('SELECT * FROM messages WHERE provider_id = $1', [providerId])).rows;
const quarantined = async () =>
  (await app.db.query('SELECT * FROM webhook_quarantine WHERE workspace_id = $1', [shop.workspaceId])).rows;

describe('the gateway knocks', () => {
  it.each([
    { name: 'a wrong secret', input: () => ({ secret: 'wrong' }) },
    { name: 'no secret', input: () => ({ secret: '' }) },
    { name: 'an unknown channel', input: () => ({ path: `/webhooks/evolution/${shop.workspaceId}/${randomUUID()}` }) },
    { name: 'an unknown workspace', input: () => ({ path: `/webhooks/evolution/${randomUUID()}/${shop.channelId}` }) },
    { name: 'a malformed id', input: () => ({ path: '/webhooks/evolution/abc/..%2f' }) },
  ])('$name gets the one and same 401', async ({ input }) => {
    const answer = await knock(upsert('X1', { conversation: 'oi' }), input());
    expect(answer.status).toBe(401);
    const { instance: _path, requestId: _id, ...body } = answer.body;
    expect(body).toEqual({
      type: 'urn:tawkee:problem:UNAUTHORIZED',
      title: expect.any(String),
      status: 401,
      code: 'UNAUTHORIZED',
      detail: 'This webhook address or its secret is not valid.',
    });
    expect(await stored('X1')).toEqual([]);
  });

  it('refuses a stranger before reading the body', async () => {
    const answer = await app.inject('POST', path, { raw: '{"broken', headers: { 'x-tawkee-secret': 'wrong' } });
    expect(answer.status).toBe(401);
  });

  it('refuses a body that speaks for another instance', async () => {
    expect((await knock({ ...upsert('X2', { conversation: 'oi' }), instance: 'tawkee-other' })).status).toBe(401);
    expect(await stored('X2')).toEqual([]);
  });

  it.each([
    { name: 'a message', body: () => upsert(randomUUID(), { conversation: 'oi' }) },
    {
      name: 'an event nobody knows',
      body: () => ({ event: 'brand.new', instance: shop.instanceName, data: { a: 1 } }),
    },
    {
      name: 'an event we do not use',
      body: () => ({ event: 'presence.update', instance: shop.instanceName, data: {} }),
    },
  ])('$name gets 200', async ({ body }) => {
    expect(await knock(body())).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('keeps what it cannot read, without the gateway key', async () => {
    const body = { event: 'messages.upsert', instance: shop.instanceName, data: { key: 7 }, apikey: 'CANARY-KEY' };
    expect((await knock(body)).status).toBe(200);
    const rows = await quarantined();
    expect(rows).toHaveLength(1);
    expect(rows[0].body).toContain('"key":7');
    expect(rows[0].body).not.toContain('CANARY-KEY');
  });

  it.each([
    { name: 'malformed JSON', options: { raw: '{"a":' }, status: 400, code: 'MALFORMED_JSON' },
    {
      name: 'another content type',
      options: { raw: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
    {
      name: 'more than 25 MB',
      options: { raw: Buffer.alloc(26 * 1024 * 1024, 0x20) },
      status: 413,
      code: 'BODY_TOO_LARGE',
    },
  ])('$name gets $status', async ({ options, status, code }) => {
    const headers = { 'x-tawkee-secret': secret, ...(options as { headers?: Record<string, string> }).headers };
    const answer = await app.inject('POST', path, { ...options, headers });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.text).not.toMatch(/at .*\.[tj]s:\d|node_modules|SELECT /);
  });

  it.each([
    { name: 'NUL', message: { conversation: 'a\u0000b' }, text: 'ab' },
    { name: 'a lone surrogate', message: { conversation: 'oi \ud83d!' }, text: 'oi \ufffd!' },
    { name: 'a prototype key', message: JSON.parse('{"__proto__":{"x":1},"conversation":"proto"}'), text: 'proto' },
    { name: '65,000 characters', message: { conversation: 'x'.repeat(65_000) }, text: 'x'.repeat(65_000) },
    {
      name: 'traps in a quote',
      message: { conversation: 'citando' },
      rest: { contextInfo: { stanzaId: 'Q\u0000', quotedMessage: { conversation: 'antes\u0000 \udc00' } } },
      text: 'citando',
    },
  ])('does not lose a message with $name', async ({ message, text, rest }) => {
    const id = randomUUID();
    expect((await knock(upsert(id, message, rest as never))).status).toBe(200);
    expect((await stored(id)).map((m) => m.text)).toEqual([text]);
  });

  it('keeps a push name with NUL, and deep JSON', async () => {
    const deep = '['.repeat(9_000) + ']'.repeat(9_000);
    const id = randomUUID();
    const raw = JSON.stringify(upsert(id, { conversation: 'fundo', extra: 'DEEP' }, { pushName: 'R\u0000ui' })).replace(
      '"DEEP"',
      deep,
    );
    const answer = await app.inject('POST', path, { raw, headers: { 'x-tawkee-secret': secret } });
    expect(answer.status).toBe(200);
    expect(await stored(id)).toHaveLength(1);
  });

  it('parks a status that is quicker than its message, and never goes back', async () => {
    const update = (keyId: string, status: string) =>
      knock({
        event: 'messages.update',
        instance: shop.instanceName,
        data: { keyId, remoteJid: '5581977770001@s.whatsapp.net', fromMe: true, status },
      });
    expect((await update('EARLY1', 'READ')).status).toBe(200);
    expect((await update('EARLY1', 'DELIVERY_ACK')).status).toBe(200);
    const { rows } = await app.db.query(`SELECT status FROM parked_statuses WHERE provider_id = 'EARLY1'`);
    expect(rows).toEqual([{ status: 'READ' }]);
  });
});

describe('a message that was deleted here', () => {
  const say = (id: string) =>
    upsert(
      id,
      { conversation: 'apague isto' },
      { key: { remoteJid: '5581977770009@s.whatsapp.net', fromMe: false, id } },
    );
  const remove = (route: string) => app.inject('DELETE', route, { token: shop.token });

  it.each<{ name: string; route: (chat: { id: string; contact_id: string }) => string }>([
    { name: 'its history', route: ({ id }) => `/chat/${id}/messages` },
    { name: 'its chat', route: ({ id }) => `/chat/${id}` },
    { name: 'its contact', route: ({ contact_id: id }) => `/contact/${id}` },
  ])('does not come back with a webhook that is repeated later: with $name', async ({ route }) => {
    const id = randomUUID();
    expect((await knock(say(id))).status).toBe(200);
    const [{ chat_id: chatId }] = await stored(id);
    // Nobody has this number, so its turn ends one way or another; nothing of it is under way afterwards.
    await app.until(
      `SELECT count(*)::int AS open FROM turns WHERE chat_id = $1 AND state NOT IN ('DONE', 'FAILED', 'SKIPPED')`,
      [chatId],
      (row) => row?.['open'] === 0,
    );
    const { rows } = await app.db.query('SELECT id, contact_id FROM chats WHERE id = $1', [chatId]);
    expect((await remove(route(rows[0]))).status).toBe(200);
    expect(await stored(id)).toEqual([]);
    const again = await knock(say(id));
    expect([again.status, again.body]).toEqual([200, { status: 'ok' }]);
    expect(await stored(id)).toEqual([]);
    // What the customer writes next is a message like any other.
    const next = randomUUID();
    expect((await knock(say(next))).status).toBe(200);
    expect(await stored(next)).toHaveLength(1);
  });
});
