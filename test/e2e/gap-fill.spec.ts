import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GapFillService } from '../../src/webhooks/gap-fill.service.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
const rules: { stop(): void }[] = [];
beforeAll(async () => {
  app = await startTestApp({ GATEWAY_WORST_CASE_SECONDS: '1', GATEWAY_SEND_SECONDS: '75' });
});
afterEach(() => {
  for (const rule of rules.splice(0)) rule.stop();
});
afterAll(() => app?.close());

let numbers = 0;
async function customer() {
  const shop = await app.openShop();
  const number = `5581977${String(++numbers).padStart(6, '0')}`;
  const phone = await app.gateway.phone(shop.instanceName, { number, name: 'Ana' });
  await filled(shop, 0);
  return { shop, number, phone };
}
/** Whatever the gateway says of messages is lost from now on. */
function goDeaf(shop: Shop) {
  const rule = app.gateway.misbehave({
    on: 'webhook',
    fault: 'drop',
    events: ['messages.upsert'],
    instance: shop.instanceName,
  });
  rules.push(rule);
  return rule;
}
/** Resolves with the mark once it is past `after`. */
const filled = async (shop: Shop, after: number) =>
  (
    await app.until<{ at: number }>(
      `SELECT coalesce(extract(epoch FROM filled_until) * 1000, 0)::float8 AS at FROM channels WHERE id = $1`,
      [shop.channelId],
      (row) => row!.at > after,
    )
  ).at;
const messages = async (shop: Shop) =>
  (
    await app.db.query<{ author: string; text: string }>(
      'SELECT author, text FROM messages WHERE workspace_id = $1 ORDER BY seq',
      [shop.workspaceId],
    )
  ).rows;
const authors = async (shop: Shop) => (await messages(shop)).map((m) => m.author);
const compareNow = () => app.app.get(GapFillService).lookFor(0);

describe('what was said while we did not hear it', () => {
  it('is found when the number connects again, and answered once', async () => {
    const { shop, phone } = await customer();
    const rule = goDeaf(shop);
    phone.say('oi');
    rule.stop();
    await app.gateway.disconnect(shop.instanceName, 428);
    await app.gateway.reconnect(shop.instanceName);
    await phone.waitForMessages(1, 15_000);
    const at = await filled(shop, 0);
    await compareNow();
    await filled(shop, at);
    expect(await authors(shop)).toEqual(['CUSTOMER', 'AGENT']);
    expect(phone.received).toHaveLength(1);
  });

  it('is found by the regular comparison, over several pages, and nothing is stored twice', async () => {
    const { shop, phone } = await customer();
    await app.inject('PUT', `/agent/${shop.agentId}/inactive`, { token: shop.token });
    phone.say('0');
    await app.until('SELECT 1 AS n FROM messages WHERE workspace_id = $1', [shop.workspaceId], (row) => Boolean(row));
    goDeaf(shop);
    for (let n = 1; n <= 250; n++) phone.say(String(n));
    const at = await filled(shop, 0);
    await compareNow();
    await filled(shop, at);
    const texts = (await messages(shop)).map((m) => m.text);
    expect(new Set(texts)).toEqual(new Set(Array.from({ length: 251 }, (_, n) => String(n))));
    expect(texts).toHaveLength(251);
  });

  it('is a person’s where the owner typed it on the phone, and the agent is silent then', async () => {
    const { shop, phone, number } = await customer();
    phone.say('oi');
    await phone.waitForMessages(1, 15_000);
    goDeaf(shop);
    app.gateway.ownerSays(shop.instanceName, number, 'Deixa comigo.');
    await compareNow();
    await app.until(
      `SELECT 1 AS n FROM messages WHERE workspace_id = $1 AND author = 'HUMAN'`,
      [shop.workspaceId],
      (row) => Boolean(row),
    );
    expect(await authors(shop)).toEqual(['CUSTOMER', 'AGENT', 'HUMAN']);
  });

  it('proves a send whose answer and echo were lost', async () => {
    const { shop, phone } = await customer();
    rules.push(app.gateway.misbehave({ on: 'webhook', fault: 'drop-echo', instance: shop.instanceName }));
    rules.push(app.gateway.misbehave({ on: 'sendText', fault: 'error-after', times: 1, instance: shop.instanceName }));
    phone.say('oi');
    await phone.waitForMessages(1, 15_000);
    await compareNow();
    await app.until(
      'SELECT state FROM outbound_parts WHERE workspace_id = $1',
      [shop.workspaceId],
      (row) => row?.['state'] === 'SENT',
    );
    expect(await authors(shop)).toEqual(['CUSTOMER', 'AGENT']);
  });
});

describe('the mark of what was compared', () => {
  it('does not move while the gateway cannot be asked', async () => {
    const { shop, phone } = await customer();
    goDeaf(shop);
    const at = await filled(shop, 0);
    phone.say('oi');
    const path = `POST /chat/findMessages/${shop.instanceName}`;
    const broken = app.gateway.misbehave({ on: 'request', fault: 'error', match: path });
    await compareNow();
    await app.until('SELECT 1 AS n', [], () => broken.hits > 0);
    broken.stop();
    await compareNow();
    await phone.waitForMessages(1, 15_000);
    expect(await filled(shop, at)).toBeGreaterThan(at);
  });
});

describe('a send found while one of ours is on its way', () => {
  it('is left for the next comparison: it could be ours, altered', async () => {
    const { shop, phone, number } = await customer();
    const instance = shop.instanceName;
    rules.push(app.gateway.misbehave({ on: 'webhook', fault: 'drop-echo', instance }));
    rules.push(app.gateway.misbehave({ on: 'sendText', fault: 'delay', ms: 2_500, times: 1, instance }));
    phone.say('oi');
    await app.until(
      'SELECT state FROM outbound_parts WHERE workspace_id = $1',
      [shop.workspaceId],
      (row) => row?.['state'] === 'SENDING',
    );
    const other = await fetch(`${app.gateway.url}/message/sendText/${instance}`, {
      method: 'POST',
      headers: { apikey: 'test-gateway-key', 'content-type': 'application/json' },
      body: JSON.stringify({ number, text: 'De outro sistema' }),
    });
    expect(other.status).toBe(201);
    const path = `POST /chat/findMessages/${instance}`;
    const asked = app.gateway.misbehave({ on: 'request', fault: 'delay', ms: 1, match: path });
    rules.push(asked);
    await compareNow();
    await phone.waitForMessages(2, 15_000);
    await app.until(
      'SELECT state FROM outbound_parts WHERE workspace_id = $1',
      [shop.workspaceId],
      (row) => row?.['state'] === 'SENT',
    );
    expect(asked.hits).toBeGreaterThan(0);
    expect(await authors(shop)).toEqual(['CUSTOMER', 'AGENT']);
    const held = await filled(shop, 0);
    expect(held).toBeLessThan(phone.received[0]!.at);
    await compareNow();
    await filled(shop, held);
    expect(await authors(shop)).toEqual(['CUSTOMER', 'AGENT', 'HUMAN']);
  });
});

describe('a number that is connected and not heard', () => {
  it('is told once, its webhook is put right, it is restarted once, and its next message ends it', async () => {
    const { shop, phone } = await customer();
    const gapFill = app.app.get(GapFillService);
    const instance = shop.instanceName;
    const restart = app.gateway.misbehave({
      on: 'request',
      fault: 'delay',
      ms: 1,
      match: `POST /instance/restart/${instance}`,
    });
    const setWebhook = app.gateway.misbehave({
      on: 'request',
      fault: 'delay',
      ms: 1,
      match: `POST /webhook/set/${instance}`,
    });
    rules.push(restart, setWebhook);
    const rule = app.gateway.misbehave({ on: 'webhook', fault: 'drop', instance });
    rules.push(rule);
    const gatewayHook = await fetch(`${app.gateway.url}/webhook/set/${instance}`, {
      method: 'POST',
      headers: { apikey: 'test-gateway-key', 'content-type': 'application/json' },
      body: JSON.stringify({ webhook: { enabled: true, url: `${app.url}/lost`, events: ['MESSAGES_UPSERT'] } }),
    });
    expect(gatewayHook.status).toBe(201);
    const before = setWebhook.hits;
    gapFill.upSinceMs = Date.now() - 3_600_000;
    const miss = async (text: string) => {
      phone.say(text, { at: Date.now() - 180_000 });
      await app.db.query(
        `UPDATE channels SET state_at = now() - interval '1 hour', last_event_at = now() - interval '30 minutes',
                filled_until = now() - interval '4 minutes' WHERE id = $1`,
        [shop.channelId],
      );
      const at = await filled(shop, 0);
      await compareNow();
      await filled(shop, at);
    };
    await miss('oi');
    await app.until('SELECT 1 AS n', [], () => restart.hits === 1);
    expect(setWebhook.hits - before).toBe(1);
    await miss('alguém aí?');
    await app.until(
      `SELECT count(*)::int AS n FROM messages WHERE workspace_id = $1 AND author = 'CUSTOMER'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    expect(restart.hits).toBe(1);
    const { rows } = await app.db.query('SELECT kind, times FROM notices WHERE workspace_id = $1', [shop.workspaceId]);
    expect(rows).toEqual([{ kind: 'channel.deaf', times: 1 }]);
    rule.stop();
    phone.say('ah, agora sim');
    await app.until(
      'SELECT deaf_since FROM channels WHERE id = $1',
      [shop.channelId],
      (row) => row?.['deaf_since'] === null,
    );
  });
});

describe('when a number was last heard of', () => {
  it('is kept, apart for what people say', async () => {
    const { shop, phone } = await customer();
    phone.say('oi');
    await app.until(
      'SELECT last_event_at AS event, last_inbound_at AS inbound FROM channels WHERE id = $1',
      [shop.channelId],
      (row) => Boolean(row?.['event'] && row['inbound']),
    );
  });
});
