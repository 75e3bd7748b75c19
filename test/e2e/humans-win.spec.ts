import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

const chatOf = (shop: Shop, done: (row: Record<string, unknown> | undefined) => boolean) =>
  app.until('SELECT * FROM chats WHERE workspace_id = $1', [shop.workspaceId], done);
const turnOf = (shop: Shop, state: string) =>
  app.until(
    'SELECT * FROM turns WHERE workspace_id = $1 ORDER BY first_at DESC, id DESC LIMIT 1',
    [shop.workspaceId],
    (row) => row?.['state'] === state,
  );
const configure = (shop: Shop, body: Record<string, unknown>) =>
  app.inject('PUT', `/channel/${shop.channelId}/config`, { token: shop.token, body });

describe('a person who types on the shop’s phone', () => {
  it('has the chat at once, while the agent thinks', async () => {
    const shop = await app.openShop();
    const hold = app.model.hold();
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999970001', name: 'Ana' });
    const already = app.model.requests.length;
    await ana.say('vocês têm bolo?');
    await app.model.waitForRequests(already + 1);
    app.gateway.ownerSays(shop.instanceName, '5581999970001', 'Oi Ana, é a Lia.');
    await chatOf(shop, (row) => row?.['human_talk'] === true && row?.['human_at'] !== null);
    expect(await turnOf(shop, 'SKIPPED')).toMatchObject({ reason: 'human' });
    hold.release();
    expect(
      (await app.db.query('SELECT status FROM interactions WHERE workspace_id = $1', [shop.workspaceId])).rows,
    ).toEqual([{ status: 'WAITING' }]);
    await ana.say('oi Lia');
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'SKIPPED' AND reason = 'human'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    expect(app.gateway.sends.filter((s) => s.instance === shop.instanceName)).toEqual([]);
  });

  it('lets at most the part through that is on its way', async () => {
    const shop = await app.openShop();
    app.model.reply('conte tudo', 'Parte um.\n\nParte dois.\n\nParte três.', { times: 1 });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999970002', name: 'Ana' });
    // The owner writes as the first part arrives; the gateway's answer to that part is held back until it is stored.
    const typed = new Promise<void>((resolve) => {
      const stop = app.gateway.onSend((send) => {
        if (send.instance !== shop.instanceName) return;
        stop();
        app.gateway.ownerSays(shop.instanceName, '5581999970002', 'Deixa comigo.');
        resolve();
      });
    });
    await ana.say('conte tudo');
    await typed;
    const chat = await chatOf(shop, (row) => row?.['human_talk'] === true);
    await app.until(
      `SELECT count(*)::int AS n FROM outbound_parts WHERE workspace_id = $1 AND state IN ('PENDING', 'SENDING', 'UNKNOWN')`,
      [shop.workspaceId],
      (row) => row?.['n'] === 0,
    );
    const { rows } = await app.db.query(
      'SELECT started_at FROM outbound_parts WHERE workspace_id = $1 AND started_at > $2',
      [shop.workspaceId, chat['human_at']],
    );
    expect(rows).toEqual([]);
  });

  it('is not the gateway’s echo, nor its own repetition', async () => {
    const shop = await app.openShop();
    app.model.reply('tudo bem', 'Tudo!', { times: 1 });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999970003', name: 'Ana' });
    await ana.say('tudo bem?');
    await ana.waitForMessages(1, 15_000);
    await turnOf(shop, 'DONE');
    const [sent] = (
      await app.db.query(`SELECT provider_id FROM messages WHERE workspace_id = $1 AND author = 'AGENT'`, [
        shop.workspaceId,
      ])
    ).rows;
    await post(shop, frame('5581999970003', sent.provider_id, 'Tudo!'));
    expect(await chatOf(shop, () => true)).toMatchObject({ human_talk: false, epoch: 0 });

    // The same words, but another id: a person typed them.
    await post(shop, frame('5581999970003', '3A0001', 'Tudo!'));
    const taken = await chatOf(shop, (row) => row?.['human_talk'] === true);
    await post(shop, frame('5581999970003', '3A0001', 'Tudo!'));
    expect(await chatOf(shop, () => true)).toMatchObject({ epoch: taken['epoch'] });
  });

  it('is nobody where the shop refuses a call by a text', async () => {
    const shop = await app.openShop();
    await configure(shop, { callRejectMessage: 'Escreva, por favor.' });
    await post(shop, frame('5581999970004', '3A0002', 'Escreva, por favor.'));
    const stored = await app.until(
      'SELECT * FROM messages WHERE workspace_id = $1',
      [shop.workspaceId],
      (row) => row !== undefined,
    );
    expect(stored['author']).toBe('API');
    expect(await chatOf(shop, () => true)).toMatchObject({ human_talk: false });
  });

  it('takes over and gives back by a command, and the customer is told', async () => {
    const shop = await app.openShop();
    await configure(shop, {
      takeOutsideService: false,
      takeOutsideServiceCommand: '#lia',
      takeOutsideServiceCommandReturn: true,
      takeOutsideServiceMessage: 'A Lia assumiu.',
      takeOutsideServiceReturnMessage: 'A Bia voltou.',
    });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999970005', name: 'Ana' });
    app.gateway.ownerSays(shop.instanceName, '5581999970005', 'só um aviso');
    expect(await chatOf(shop, (row) => row !== undefined)).toMatchObject({ human_talk: false });
    app.gateway.ownerSays(shop.instanceName, '5581999970005', '#LIA');
    await chatOf(shop, (row) => row?.['human_talk'] === true);
    await app.until(
      `SELECT 1 FROM messages WHERE workspace_id = $1 AND text = 'A Lia assumiu.' AND provider_id IS NOT NULL`,
      [shop.workspaceId],
      (row) => row !== undefined,
    );
    app.gateway.ownerSays(shop.instanceName, '5581999970005', '#lia');
    await chatOf(shop, (row) => row?.['human_talk'] === false);
    await app.until(
      `SELECT 1 FROM messages WHERE workspace_id = $1 AND text = 'A Bia voltou.' AND provider_id IS NOT NULL`,
      [shop.workspaceId],
      (row) => row !== undefined,
    );
    app.model.reply('e o bolo', 'Já vai.', { times: 1 });
    await ana.say('e o bolo?');
    await turnOf(shop, 'DONE');
  });

  it('ends the service by the end trigger', async () => {
    const shop = await app.openShop();
    await configure(shop, { endTrigger: 'atendimento encerrado' });
    app.gateway.ownerSays(shop.instanceName, '5581999970006', 'oi');
    await chatOf(shop, (row) => row?.['human_talk'] === true);
    app.gateway.ownerSays(shop.instanceName, '5581999970006', 'Atendimento encerrado');
    await chatOf(shop, (row) => row?.['human_talk'] === false && row?.['finished'] === true);
    const { rows } = await app.db.query('SELECT status FROM interactions WHERE workspace_id = $1', [shop.workspaceId]);
    expect(rows).toEqual([{ status: 'RESOLVED' }]);
  });
});

describe('the agent gets the chat back', () => {
  it('by hand, and answers what nobody answered', async () => {
    const shop = await app.openShop();
    app.model.reply('alguém aí', 'Estou aqui.', { times: 1 });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999970010', name: 'Ana' });
    app.gateway.ownerSays(shop.instanceName, '5581999970010', 'oi');
    const { id } = await chatOf(shop, (row) => row?.['human_talk'] === true);
    await ana.say('alguém aí?');
    await turnOf(shop, 'SKIPPED');
    const answer = await app.inject('PUT', `/v2/chat/${id}/stop-human`, { token: shop.token });
    expect(answer.status).toBe(200);
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.map((m) => m.text)).toContain('Estou aqui.');
  });

  it('after a silence: each message of a person moves the timer', async () => {
    const shop = await app.openShop({});
    await app.db.query('UPDATE agent_settings SET give_back_minutes = 10 WHERE workspace_id = $1', [shop.workspaceId]);
    const timer = (done: (row: Record<string, unknown> | undefined) => boolean) =>
      app.until('SELECT * FROM timers WHERE workspace_id = $1', [shop.workspaceId], done);
    app.gateway.ownerSays(shop.instanceName, '5581999970011', 'oi');
    const first = await timer((row) => row !== undefined);
    expect(first).toMatchObject({ kind: 'GIVE_BACK', state: 'PENDING' });
    app.gateway.ownerSays(shop.instanceName, '5581999970011', 'tudo bem?');
    await timer((row) => (row?.['due_at'] as Date) > (first['due_at'] as Date));
    const { id } = await chatOf(shop, () => true);
    await app.inject('PUT', `/v2/chat/${id}/stop-human`, { token: shop.token });
    await timer((row) => row?.['state'] === 'CANCELED');
  });
});

const frame = (number: string, id: string, text: string) => ({
  key: { remoteJid: `${number}@s.whatsapp.net`, fromMe: true, id },
  pushName: 'Você',
  status: 'SERVER_ACK',
  message: { conversation: text },
  messageType: 'conversation',
  messageTimestamp: Math.floor(Date.now() / 1000),
  source: 'ios',
});

/** A webhook of the gateway, with the channel's own secret. */
async function post(shop: Shop, data: unknown): Promise<void> {
  const path = `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
  const headers = await app.webhookHeaders(shop.instanceName);
  const body = { event: 'messages.upsert', instance: shop.instanceName, data };
  const answer = await app.inject('POST', path, { headers, body });
  expect(answer.status).toBe(200);
}
