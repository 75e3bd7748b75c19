import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let rules: { stop(): void }[] = [];
beforeAll(async () => {
  app = await startTestApp({ GATEWAY_WORST_CASE_SECONDS: '1' });
});
afterEach(() => {
  for (const rule of rules) rule.stop();
  rules = [];
});
afterAll(() => app?.close());

const misbehave = (rule: Parameters<TestApp['gateway']['misbehave']>[0]) => {
  const handle = app.gateway.misbehave(rule);
  rules.push(handle);
  return handle;
};
let numbers = 0;
/** A customer of a new shop. */
async function customer(options: Parameters<TestApp['openShop']>[0] = {}) {
  const shop = await app.openShop(options);
  const phone = await app.gateway.phone(shop.instanceName, {
    number: `5581955${String(++numbers).padStart(6, '0')}`,
    name: 'Ana',
  });
  return { shop, phone };
}
const ended = (shop: Shop) =>
  app.until<{ state: string; reason: string | null }>(
    'SELECT state, reason FROM turns WHERE workspace_id = $1 ORDER BY first_at DESC LIMIT 1',
    [shop.workspaceId],
    (row) => ['DONE', 'FAILED', 'SKIPPED'].includes(row?.state ?? ''),
  );
const parts = async (shop: Shop) =>
  (
    await app.db.query(
      'SELECT state, attempt, resends, provider_id FROM outbound_parts WHERE workspace_id = $1 ORDER BY n',
      [shop.workspaceId],
    )
  ).rows;

describe('a send whose outcome is uncertain is reconciled, not repeated', () => {
  it.each([
    { name: '5xx after WhatsApp took it', rule: { on: 'sendText', fault: 'error-after', times: 1 } },
    {
      name: '400 with free text after WhatsApp took it',
      rule: { on: 'sendText', fault: 'bad-request-after', times: 1 },
    },
    { name: 'a connection reset after WhatsApp took it', rule: { on: 'sendText', fault: 'reset-after', times: 1 } },
  ] as const)('$name: arrives once', async ({ rule }) => {
    const { shop, phone } = await customer();
    misbehave(rule);
    await phone.say('oi');
    expect(await ended(shop)).toEqual({ state: 'DONE', reason: null });
    expect(phone.received).toHaveLength(1);
    expect(await parts(shop)).toMatchObject([{ state: 'SENT', attempt: 1, resends: 0 }]);
  });

  it('without any echo, the gateway is asked', async () => {
    const { shop, phone } = await customer();
    misbehave({ on: 'webhook', fault: 'drop-echo' });
    misbehave({ on: 'sendText', fault: 'error-after', times: 1 });
    await phone.say('oi');
    expect(await ended(shop)).toEqual({ state: 'DONE', reason: null });
    expect(phone.received).toHaveLength(1);
    expect(await parts(shop)).toMatchObject([{ state: 'SENT', attempt: 1 }]);
  });

  it('proven absent, it is sent once more', async () => {
    const { shop, phone } = await customer();
    misbehave({ on: 'sendText', fault: 'error-before', times: 1 });
    await phone.say('oi');
    expect(await ended(shop)).toEqual({ state: 'DONE', reason: null });
    expect(phone.received).toHaveLength(1);
    expect(await parts(shop)).toMatchObject([{ state: 'SENT', attempt: 2, resends: 1 }]);
  });

  it('never more than once: then a person decides', async () => {
    const { shop, phone } = await customer();
    misbehave({ on: 'sendText', fault: 'error-before' });
    await phone.say('oi');
    expect(await ended(shop)).toEqual({ state: 'FAILED', reason: 'delivery_unknown' });
    expect(phone.received).toEqual([]);
    expect(await parts(shop)).toMatchObject([{ state: 'UNKNOWN', attempt: 2, resends: 1 }]);
  });

  it('absence proves nothing where the gateway keeps no messages', async () => {
    const { shop, phone } = await customer();
    app.gateway.storeMessages = false;
    try {
      misbehave({ on: 'webhook', fault: 'drop-echo' });
      misbehave({ on: 'sendText', fault: 'error-after', times: 1 });
      await phone.say('oi');
      expect(await ended(shop)).toEqual({ state: 'FAILED', reason: 'delivery_unknown' });
      expect(phone.received).toHaveLength(1);
    } finally {
      app.gateway.storeMessages = true;
    }
  });
});

describe('a send that certainly did not happen', () => {
  it('is permanent where the number is not on WhatsApp', async () => {
    const { shop } = await customer();
    const answer = await app.inject('POST', `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`, {
      headers: await app.webhookHeaders(shop.instanceName),
      body: {
        event: 'messages.upsert',
        instance: shop.instanceName,
        data: {
          key: { remoteJid: '5581900000404@s.whatsapp.net', fromMe: false, id: 'GHOST1' },
          message: { conversation: 'oi' },
          messageType: 'conversation',
          messageTimestamp: Math.floor(Date.now() / 1000),
        },
      },
    });
    expect(answer.status).toBe(200);
    expect(await ended(shop)).toEqual({ state: 'FAILED', reason: 'not_on_whatsapp' });
    expect(await parts(shop)).toMatchObject([{ state: 'FAILED', attempt: 1 }]);
  });

  it('waits while the number is disconnected and goes out when it is back', async () => {
    const { shop, phone } = await customer();
    const hold = app.model.hold();
    const already = app.model.requests.length;
    await phone.say('oi');
    await app.model.waitForRequests(already + 1);
    await app.gateway.disconnect(shop.instanceName, 401);
    await app.until('SELECT state FROM channels WHERE id = $1', [shop.channelId], (row) => row?.['state'] === 'close');
    hold.release();
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'SENDING' AND owner IS NULL`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    expect(phone.received).toEqual([]);
    await app.gateway.scan(shop.instanceName, { number: '5581933330000' });
    await phone.waitForMessages(1, 15_000);
    expect(await ended(shop)).toEqual({ state: 'DONE', reason: null });
    expect(phone.received).toHaveLength(1);
  });
});

describe('echoes', () => {
  it.each([
    { name: 'late', rule: { on: 'webhook', fault: 'late-echo' } },
    { name: 'never', rule: { on: 'webhook', fault: 'drop-echo' } },
    { name: 'repeated', rule: { on: 'webhook', fault: 'duplicate', copies: 3 } },
  ] as const)('$name: one message, one turn, no answer to ourselves', async ({ rule }) => {
    const { shop, phone } = await customer();
    misbehave(rule);
    await phone.say('oi');
    expect(await ended(shop)).toEqual({ state: 'DONE', reason: null });
    await phone.say('tchau');
    await phone.waitForMessages(2, 15_000);
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'DONE'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    const { rows } = await app.db.query('SELECT role FROM messages WHERE workspace_id = $1 ORDER BY seq', [
      shop.workspaceId,
    ]);
    expect(rows.map((r) => r.role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  });

  it('two equal parts are two messages, each with its own proof', async () => {
    const { shop, phone } = await customer();
    const same = 'Este texto é igual nos dois balões e comprido o bastante para não ser juntado.';
    app.model.reply('repita', `${same}\n\n${same}`, { times: 1 });
    await phone.say('repita');
    await phone.waitForMessages(2, 15_000);
    expect(await ended(shop)).toEqual({ state: 'DONE', reason: null });
    const ids = (await parts(shop)).map((p) => p.provider_id);
    expect(new Set(ids).size).toBe(2);
    expect(ids).toEqual(phone.received.map((m) => m.id));
  });
});
