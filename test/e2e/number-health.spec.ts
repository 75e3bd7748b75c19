import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LinkKeeperService } from '../../src/channels/link-keeper.service.js';
import { SendWatchService } from '../../src/chats/send-watch.service.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

let numbers = 0;
/** A phone on WhatsApp that has never written. */
function stranger(shop: Shop) {
  const number = `5581944${String(++numbers).padStart(6, '0')}`;
  return app.gateway.phone(shop.instanceName, { number, name: 'Ana' });
}
const start = (shop: Shop, phone: string, face = '') =>
  app.inject('POST', `${face}/channel/${shop.channelId}/start-conversation`, {
    token: shop.token,
    body: { phone, message: 'Seu orçamento ficou pronto.' },
  });
const noticesOf = async (shop: Shop) =>
  (await app.db.query('SELECT kind FROM notices WHERE workspace_id = $1', [shop.workspaceId])).rows.map((n) => n.kind);
const unacked = (shop: Shop, n: number) =>
  app.until<{ n: number }>(
    `SELECT count(*)::int AS n FROM outbound_parts WHERE workspace_id = $1 AND state = 'SENT' AND acked_at IS NULL`,
    [shop.workspaceId],
    (row) => row!.n === n,
  );
const lookLater = async (shop: Shop) => {
  await app.db.query(`UPDATE outbound_parts SET sent_at = sent_at - interval '3 minutes' WHERE workspace_id = $1`, [
    shop.workspaceId,
  ]);
  await app.app.get(SendWatchService).look();
};

describe('sends that WhatsApp does not take', () => {
  it('are told to people, and no stranger is written to; who has written still is', async () => {
    const shop = await app.openShop();
    const known = stranger(shop);
    known.say('oi');
    await known.waitForMessages(1);
    // The receipt of the answer is in: from here on none comes.
    await app.until(
      `SELECT count(*)::int AS n FROM outbound_parts WHERE workspace_id = $1 AND acked_at IS NOT NULL`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    app.gateway.misbehave({ on: 'webhook', fault: 'drop', events: ['messages.update'], instance: shop.instanceName });
    for (let n = 0; n < 3; n++) expect((await start(shop, stranger(shop).number)).status).toBe(201);
    await unacked(shop, 3);
    await app.app.get(SendWatchService).look();
    expect(await noticesOf(shop)).toEqual([]);
    await lookLater(shop);
    await lookLater(shop);
    expect(await noticesOf(shop)).toEqual(['channel.sends_stuck']);
    for (const face of ['', '/v2']) {
      const refused = await start(shop, stranger(shop).number, face);
      expect([refused.status, refused.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_000);
    }
    expect((await start(shop, known.number)).status).toBe(201);
  });

  it('are told at once where it refuses them', async () => {
    const shop = await app.openShop();
    app.gateway.misbehave({ on: 'webhook', fault: 'drop', events: ['messages.update'], instance: shop.instanceName });
    for (let n = 0; n < 3; n++) expect((await start(shop, stranger(shop).number)).status).toBe(201);
    const headers = await app.webhookHeaders(shop.instanceName);
    const sent = await app.db.query('SELECT provider_id AS id FROM outbound_parts WHERE workspace_id = $1', [
      shop.workspaceId,
    ]);
    for (const { id } of sent.rows) {
      const data = { keyId: id, remoteJid: '5581944000001@s.whatsapp.net', fromMe: true, status: 'ERROR' };
      const body = { event: 'messages.update', instance: shop.instanceName, data };
      await app.inject('POST', `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`, { headers, body });
    }
    await app.app.get(SendWatchService).look();
    expect(await noticesOf(shop)).toEqual(['channel.sends_refused']);
    expect((await start(shop, stranger(shop).number)).status).toBe(429);
  });

  it('are none where receipts come', async () => {
    const shop = await app.openShop();
    for (let n = 0; n < 3; n++) expect((await start(shop, stranger(shop).number)).status).toBe(201);
    await unacked(shop, 0);
    await lookLater(shop);
    expect(await noticesOf(shop)).toEqual([]);
  });
});

describe('a number that dropped', () => {
  const closeWith = async (shop: Shop, statusReason: number) => {
    // The gateway itself goes on to say that it is closed, whatever made it so.
    await app.gateway.disconnect(shop.instanceName, 401);
    await app.gateway.webhooksIdle();
    await app.db.query(`UPDATE channels SET state = 'close', state_reason = $2, state_at = now() WHERE id = $1`, [
      shop.channelId,
      statusReason,
    ]);
  };

  it.each([
    {
      name: 'is connected again after a minute or so, and asked for a code if its session is gone',
      reason: 408,
      calls: 1,
    },
    { name: 'is left alone where WhatsApp logged it out', reason: 401, calls: 0 },
    { name: 'is left alone where WhatsApp blocked it', reason: 403, calls: 0 },
  ])('$name', async ({ reason, calls }) => {
    const shop = await app.openShop();
    await closeWith(shop, reason);
    const match = `GET /instance/connect/${shop.instanceName}`;
    const connects = app.gateway.misbehave({ on: 'request', fault: 'delay', ms: 1, match });
    const keeper = app.app.get(LinkKeeperService);
    await keeper.look(Date.now());
    expect(connects.hits).toBe(0);
    await keeper.look(Date.now() + 90_000);
    await keeper.look(Date.now() + 90_000);
    expect(connects.hits).toBe(calls);
    connects.stop();
    const { rows } = await app.db.query('SELECT state FROM channels WHERE id = $1', [shop.channelId]);
    expect(rows).toEqual([{ state: calls ? 'connecting' : 'close' }]);
  });
});

describe('a young number', () => {
  it('begins twenty conversations on its first day, also when asked at once', async () => {
    const shop = await app.openShop();
    const phones = Array.from({ length: 22 }, () => stranger(shop));
    const answers = await Promise.all(phones.map((phone) => start(shop, phone.number)));
    expect(answers.filter((a) => a.status === 201)).toHaveLength(20);
    const refused = answers.filter((a) => a.status === 429);
    expect(refused).toHaveLength(2);
    expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(86_000);
    await app.db.query(`UPDATE channels SET first_opened_at = now() - interval '25 hours' WHERE id = $1`, [
      shop.channelId,
    ]);
    expect((await start(shop, stranger(shop).number)).status).toBe(201);
  });
});
