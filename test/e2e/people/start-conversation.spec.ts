import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartConversationService } from '../../../src/chats/start-conversation.service.js';
import { type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
beforeAll(async () => {
  app = await startTestApp({ GATEWAY_WORST_CASE_SECONDS: '5' });
  shop = await app.openShop();
});
afterAll(() => app?.close());

const start = (body: unknown, face = '', of: Shop = shop) =>
  app.inject('POST', `${face}/channel/${of.channelId}/start-conversation`, { token: of.token, body });
const chats = async () =>
  (await app.inject('GET', `/v2/workspace/${shop.workspaceId}/chats`, { token: shop.token })).body;
const messages = async (chatId: string) =>
  (await app.inject('GET', `/v2/chat/${chatId}/messages`, { token: shop.token })).body;

describe('starting a conversation', () => {
  it('makes one contact and one chat, in which the answer arrives', async () => {
    // Area code 31: WhatsApp knows the phone without its ninth digit.
    const phone = app.gateway.phone(shop.instanceName, { number: '5531988887777', name: 'Ana' });
    const started = await start({ phone: '(31) 98888-7777', message: 'Seu orçamento ficou pronto.' });
    expect(started.status).toBe(201);
    expect(started.body.data).toMatchObject({ author: 'HUMAN', text: 'Seu orçamento ficou pronto.' });
    expect(phone.received.map((m) => m.text)).toEqual(['Seu orçamento ficou pronto.']);
    const [chat, ...others] = await chats();
    expect(others).toEqual([]);
    expect(chat).toMatchObject({
      whatsappPhone: '553188887777',
      recipient: '553188887777@s.whatsapp.net',
      humanTalk: true,
    });

    phone.say('Que bom!');
    await app.until(
      `SELECT count(*)::int AS n FROM messages WHERE workspace_id = $1 AND role = 'user'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    expect(await chats()).toMatchObject([{ id: chat.id, name: 'Ana', unReadCount: 1 }]);
    expect((await messages(chat.id)).map((m: { text: string }) => m.text)).toEqual([
      'Que bom!',
      'Seu orçamento ficou pronto.',
    ]);
    const { rows } = await app.db.query('SELECT status FROM interactions WHERE workspace_id = $1', [shop.workspaceId]);
    expect(rows).toEqual([{ status: 'WAITING' }]);
  });

  it('goes on in the chat that is there, however the number is typed', async () => {
    const [before] = await chats();
    for (const phone of ['5531988887777', '553188887777', '+55 31 8888-7777']) {
      const started = await start({ phone, image: 'https://cdn.example.com/a.png' }, '/v2');
      expect([started.status, started.body]).toEqual([200, { success: true }]);
    }
    expect((await chats()).map((c: { id: string }) => c.id)).toEqual([before.id]);
  });

  it('finds a person who wrote under the other form of the number', async () => {
    const number = '5531977776666';
    const phone = app.gateway.phone(shop.instanceName, { number, name: 'Rui' });
    const headers = await app.webhookHeaders(shop.instanceName);
    const body = {
      event: 'messages.upsert',
      instance: shop.instanceName,
      data: {
        key: { remoteJid: `${number}@s.whatsapp.net`, fromMe: false, id: 'NINTH1' },
        message: { conversation: 'oi' },
        messageTimestamp: Math.floor(Date.now() / 1000),
      },
    };
    await app.inject('POST', `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`, { headers, body });
    await phone.waitForMessages(1);
    const before = await chats();
    expect((await start({ phone: number, message: 'Olá, Rui' })).status).toBe(201);
    await phone.waitForMessages(2);
    expect(await chats()).toHaveLength(before.length);
  });

  it('made at once from several sides is still one chat', async () => {
    const phone = app.gateway.phone(shop.instanceName, { number: '5581944443333', name: 'Eva' });
    const before = (await chats()).length;
    phone.say('oi');
    const started = await Promise.all([1, 2, 3].map((n) => start({ phone: phone.number, message: `oi ${n}` })));
    expect(started.map((s) => s.status)).toEqual([201, 201, 201]);
    await phone.waitForMessage((m) => m.text === 'oi 3');
    expect(await chats()).toHaveLength(before + 1);
    const { rows } = await app.db.query(
      `SELECT count(DISTINCT contact_id)::int AS n FROM contact_aliases WHERE workspace_id = $1 AND alias LIKE '%44443333%'`,
      [shop.workspaceId],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  it.each([
    { name: 'no number', input: { phone: 'Ana', message: 'oi' }, expected: [400, 'VALIDATION_FAILED'] },
    { name: 'nothing to say', input: { phone: '5581955554444' }, expected: [400, 'VALIDATION_FAILED'] },
    {
      name: 'an inner address',
      input: { phone: '5581955554444', video: 'http://10.0.0.1/v.mp4' },
      expected: [400, 'URL_NOT_ALLOWED'],
    },
    {
      name: 'a number that is not on WhatsApp',
      input: { phone: '5581988880404', message: 'oi' },
      expected: [422, 'NOT_ON_WHATSAPP'],
    },
  ])('$name is refused, and nothing is made', async ({ input, expected }) => {
    const before = await chats();
    for (const face of ['', '/v2']) {
      const refused = await start(input, face);
      expect([refused.status, refused.body.code]).toEqual(expected);
    }
    expect(await chats()).toEqual(before);
  });

  it('says what is wrong with the channel', async () => {
    const other = await app.openShop();
    const body = { phone: '5581955554444', message: 'oi' };
    const refused = (expected: unknown[], of = other) =>
      Promise.all(
        ['', '/v2'].map(async (face) => {
          const answer = await start(body, face, of);
          expect([face, answer.status, answer.body.code]).toEqual([face, ...expected]);
        }),
      );
    const rule = app.gateway.misbehave({ on: 'request', fault: 'error', match: 'POST /chat/whatsappNumbers' });
    await refused([502, 'GATEWAY_FAILED']);
    rule.stop();
    await app.gateway.disconnect(other.instanceName, 401);
    await app.until('SELECT state FROM channels WHERE id = $1', [other.channelId], (row) => row?.['state'] === 'close');
    await refused([409, 'CHANNEL_NOT_CONNECTED']);
    const { rows } = await app.db.query(`SELECT id FROM channels WHERE workspace_id = $1 AND type = 'API'`, [
      other.workspaceId,
    ]);
    await refused([422, 'CHANNEL_TYPE_NOT_SUPPORTED'], { ...other, channelId: rows[0].id });
  });

  it('asked for twice under one id, it begins once, and the first outcome stays', async () => {
    const other = await app.openShop();
    const phone = app.gateway.phone(other.instanceName, { number: '5581966667777', name: 'Lia' });
    const starter = app.app.get(StartConversationService);
    const id = randomUUID();
    const again = () =>
      starter.start({ userId: other.userId }, other.channelId, { phone: phone.number, message: 'oi' }, id);
    expect((await Promise.all([again(), again()])).map((m) => m.id)).toEqual([id, id]);
    await app.gateway.disconnect(other.instanceName, 401);
    await app.until('SELECT state FROM channels WHERE id = $1', [other.channelId], (row) => row?.['state'] === 'close');
    expect((await again()).id).toBe(id);
    expect(phone.received).toHaveLength(1);
  });
});
