import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EvolutionGateway, type GatewayOptions, startEvolutionGateway } from './evolution-gateway.js';
import { closeServer, listen, readBody } from './http-json.js';
import { waitUntil } from './wait-until.js';

const KEY = 'global-key';
const RETRY = { firstDelayMs: 5, maxDelayMs: 20, attempts: 4 };

// biome-ignore lint/suspicious/noExplicitAny: whatever came
type Json = any;
interface Hook {
  readonly headers: Record<string, unknown>;
  readonly body: Json;
}

/** A receiver of webhooks that keeps what it got. */
class Receiver {
  readonly hooks: Hook[] = [];
  readonly changes = new EventEmitter();
  /** The status of the n-th request (from 0); default 200. */
  status: (n: number, body: Json) => number = () => 200;
  /** Instead of answering at once. */
  onRequest: ((body: Json, res: ServerResponse) => void) | undefined;
  url = '';
  private readonly server: Server = createServer(async (req, res) => {
    const body = JSON.parse((await readBody(req)).toString());
    const n = this.hooks.push({ headers: req.headers, body }) - 1;
    this.changes.emit('hook');
    if (this.onRequest) this.onRequest(body, res);
    else res.writeHead(this.status(n, body)).end();
  });

  async start(): Promise<void> {
    this.url = `${await listen(this.server, 0, '127.0.0.1')}/hook`;
  }
  close(): Promise<void> {
    return closeServer(this.server);
  }
  of(event: string): Json[] {
    return this.hooks.filter((h) => h.body.event === event).map((h) => h.body);
  }
  async waitFor(event: string, n = 1): Promise<Json[]> {
    const look = () => this.of(event).length >= n && this.of(event);
    return waitUntil(this.changes, 'hook', look, 2_000, () => `${n} ${event}, got ${this.of(event).length}`);
  }
}

let gateway: EvolutionGateway;
let receiver: Receiver;

async function call(
  method: string,
  path: string,
  body?: unknown,
  key: string | null = KEY,
): Promise<{ status: number; body: Json }> {
  const answer = await fetch(gateway.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(key ? { apikey: key } : {}) },
    body: typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

const start = (options: Partial<GatewayOptions> = {}) =>
  startEvolutionGateway({ apiKey: KEY, webhookRetry: RETRY, ackDelayMs: 1, ...options });

const webhook = (events: string[] = []) => ({ url: receiver.url, headers: { 'x-secret': 's' }, events });
const create = (name = 'shop', events?: string[]) =>
  call('POST', '/instance/create', {
    instanceName: name,
    integration: 'WHATSAPP-BAILEYS',
    qrcode: true,
    webhook: webhook(events),
  });
const send = (text = 'hello', number = '5531988887777') => call('POST', '/message/sendText/shop', { number, text });

/** An open instance with one customer; the events of opening it are already through. */
async function openShop(events?: string[]) {
  await create('shop', events);
  await gateway.scan('shop', { number: '558133330000', name: 'Doces' });
  await gateway.webhooksIdle();
  return gateway.phone('shop', { number: '5531988887777', name: 'Ana' });
}

beforeEach(async () => {
  receiver = new Receiver();
  await receiver.start();
  gateway = await start();
});
afterEach(async () => {
  await gateway.close();
  await receiver.close();
});

describe('guards and error envelopes', () => {
  const unknown = { status: 404, message: ['The "nosuch" instance does not exist'] };
  it.each([
    {
      name: 'an unknown instance is a 404 even without a key',
      input: ['GET', '/instance/connectionState/nosuch', null],
      expected: unknown,
    },
    {
      name: 'a wrong key is a 401',
      input: ['GET', '/instance/connectionState/shop', 'wrong'],
      expected: { status: 401, message: 'Unauthorized' },
    },
    {
      name: 'no key is a 401',
      input: ['GET', '/instance/connectionState/shop', null],
      expected: { status: 401, message: 'Unauthorized' },
    },
    {
      name: 'an unknown route',
      input: ['GET', '/no/such/route', KEY],
      expected: { status: 404, message: ['Cannot GET /no/such/route'] },
    },
    {
      name: 'a known route with another method',
      input: ['GET', '/message/sendText/shop', KEY],
      expected: { status: 404, message: ['Cannot GET /message/sendText/shop'] },
    },
  ])('$name', async ({ input: [method, path, key], expected }) => {
    await create();
    const answer = await call(method!, path!, undefined, key as string | null);
    expect(answer.status).toBe(expected.status);
    expect(answer.body).toMatchObject({ status: expected.status, response: { message: expected.message } });
  });

  it('a taken name is a 403 before the key is looked at, a missing one too', async () => {
    await create();
    const taken = await call('POST', '/instance/create', { instanceName: 'shop' }, 'wrong');
    expect([taken.status, taken.body.response.message]).toEqual([403, ['This name "shop" is already in use.']]);
    expect((await call('POST', '/instance/create', {})).body.response.message).toEqual([
      'This name "undefined" is already in use.',
    ]);
  });

  it.each([
    { name: 'no text', input: { number: '5531988887777' }, expected: [['instance requires property "text"']] },
    { name: 'no number', input: { text: 'x' }, expected: [['instance requires property "number"']] },
    { name: 'blank text', input: { number: '5531988887777', text: '  ' }, expected: ['Text is required'] },
    {
      name: 'a body of v1',
      input: { number: '55', textMessage: { text: 'x' } },
      expected: [['instance requires property "text"']],
    },
  ])('sendText refuses $name', async ({ input, expected }) => {
    await openShop();
    const answer = await call('POST', '/message/sendText/shop', input);
    expect([answer.status, answer.body.response.message]).toEqual([400, expected]);
  });

  it('broken JSON is a 400 with a bare text', async () => {
    await create();
    const answer = await call('POST', '/message/sendText/shop', '{"number": "4915');
    expect(answer.status).toBe(400);
    expect(typeof answer.body.response.message).toBe('string');
  });

  it('a closed connection is a 500, a stranger a 400 that says so', async () => {
    await create();
    expect((await send()).body).toMatchObject({ status: 500, response: { message: 'Connection Closed' } });
    await gateway.scan('shop', { number: '558133330000' });
    const stranger = await send('x', '5531977776666');
    expect(stranger.status).toBe(400);
    expect(stranger.body.response.message).toEqual([
      { jid: '5531977776666@s.whatsapp.net', exists: false, number: '5531977776666' },
    ]);
    expect(gateway.sends.map((s) => [s.outcome, s.status])).toEqual([
      ['refused', 500],
      ['refused', 400],
    ]);
  });
});

describe('an instance', () => {
  it('is made with a token and a QR, tells both, and its token opens its own routes', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      instance: { instanceName: 'shop', integration: 'WHATSAPP-BAILEYS', status: 'connecting' },
      webhook: { webhookUrl: receiver.url, webhookHeaders: { 'x-secret': 's' } },
      qrcode: { count: 1, base64: expect.stringMatching(/^data:image\/png;base64,/) },
    });
    const [qr] = await receiver.waitFor('qrcode.updated');
    expect(qr.data.qrcode).toMatchObject({ instance: 'shop', code: body.qrcode.code });
    expect((await receiver.waitFor('connection.update'))[0].data).toEqual({
      instance: 'shop',
      state: 'connecting',
      statusReason: 200,
    });
    expect((await call('GET', '/instance/fetchInstances', undefined, body.hash)).body).toHaveLength(1);
    expect((await call('GET', '/settings/find/shop', undefined, body.hash)).status).toBe(200);
    expect(
      (await call('POST', '/instance/create', { instanceName: 'b', integration: 'WHATSAPP-BAILEYS' }, body.hash))
        .status,
    ).toBe(401);
  });

  it('needs an integration and, with a webhook, a list of events', async () => {
    expect((await call('POST', '/instance/create', { instanceName: 'a' })).body.response.message).toEqual([
      'Invalid integration',
    ]);
    const body = { instanceName: 'a', integration: 'WHATSAPP-BAILEYS', webhook: { url: receiver.url } };
    expect((await call('POST', '/instance/create', body)).status).toBe(400);
    expect(gateway.instances()).toEqual([]);
  });

  it('opens when scanned, logs out, and cannot log out twice', async () => {
    await openShop();
    const states = receiver.of('connection.update').map((e) => e.data.state);
    expect(states).toEqual(['connecting', 'connecting', 'open']);
    expect(receiver.of('connection.update').at(-1)).toMatchObject({
      sender: '558133330000@s.whatsapp.net',
      data: { wuid: '558133330000@s.whatsapp.net', profileName: 'Doces' },
    });
    expect((await call('GET', '/instance/connect/shop')).body).toEqual({
      instance: { instanceName: 'shop', state: 'open' },
    });
    expect((await call('DELETE', '/instance/logout/shop')).body).toEqual({
      status: 'SUCCESS',
      error: false,
      response: { message: 'Instance logged out' },
    });
    await receiver.waitFor('logout.instance');
    const closed = await receiver.waitFor('connection.update', 4);
    expect(closed.at(-1).data).toEqual({ instance: 'shop', state: 'close', statusReason: 401 });
    expect((await call('DELETE', '/instance/logout/shop')).status).toBe(400);
    expect((await call('DELETE', '/instance/delete/shop')).status).toBe(200);
    expect((await call('GET', '/instance/connectionState/shop')).status).toBe(404);
  });

  it('checks the webhook it is given', async () => {
    await create();
    const set = (hook: unknown) => call('POST', '/webhook/set/shop', { webhook: hook });
    expect((await call('POST', '/webhook/set/shop', { url: 'x' })).body.response.message).toEqual([
      ['instance requires property "webhook"'],
    ]);
    expect((await set({ enabled: true })).body.response.message).toEqual([['webhook requires property "url"']]);
    expect((await set({ enabled: true, url: receiver.url })).status).toBe(500);
    expect((await set({ enabled: true, url: receiver.url, events: ['NOPE'] })).status).toBe(400);
    const good = await set({ enabled: true, url: receiver.url, events: ['MESSAGES_UPSERT'] });
    expect([good.status, good.body]).toMatchObject([
      201,
      { enabled: true, events: ['MESSAGES_UPSERT'], headers: { 'x-secret': 's' } },
    ]);
    expect((await call('GET', '/webhook/find/shop')).body.url).toBe(receiver.url);
  });
});

describe('messages', () => {
  it('of a customer arrive with the custom header, in the frame of the real gateway', async () => {
    const ana = await openShop(['MESSAGES_UPSERT']);
    const id = ana.say('oi');
    const [event] = await receiver.waitFor('messages.upsert');
    expect(receiver.hooks.at(-1)!.headers['x-secret']).toBe('s');
    expect(event).toMatchObject({
      instance: 'shop',
      destination: receiver.url,
      sender: '558133330000@s.whatsapp.net',
      server_url: gateway.url,
    });
    expect(event.data).toMatchObject({
      key: { remoteJid: '553188887777@s.whatsapp.net', fromMe: false, id },
      pushName: 'Ana',
      status: 'DELIVERY_ACK',
      message: { conversation: 'oi' },
      messageType: 'conversation',
    });
    expect(receiver.hooks.every((h) => h.body.event === 'messages.upsert')).toBe(true);
  });

  it.each([
    {
      name: 'pn',
      input: 'pn' as const,
      expected: { remoteJid: '553188887777@s.whatsapp.net', remoteJidAlt: '2045988@lid', addressingMode: 'pn' },
    },
    {
      name: 'lid',
      input: 'lid' as const,
      expected: { remoteJid: '2045988@lid', remoteJidAlt: '553188887777@s.whatsapp.net', addressingMode: 'lid' },
    },
    {
      name: 'lid-only',
      input: 'lid-only' as const,
      expected: { remoteJid: '2045988@lid', remoteJidAlt: undefined, addressingMode: 'lid' },
    },
  ])('address a person as $name', async ({ input, expected }) => {
    await openShop();
    const phone = gateway.phone('shop', { number: '5531988887777', lid: '2045988', addressing: input });
    phone.say('oi');
    const { key } = (await receiver.waitFor('messages.upsert'))[0].data;
    expect({ remoteJid: key.remoteJid, remoteJidAlt: key.remoteJidAlt, addressingMode: key.addressingMode }).toEqual(
      expected,
    );
    expect((await send('for you', '2045988@lid')).status).toBe(201);
    expect((await phone.waitForMessages(1)).map((m) => m.text)).toEqual(['for you']);
  });

  it('to a customer are echoed before the 201, then ticked, and can be found', async () => {
    const ana = await openShop();
    let answered = false;
    receiver.onRequest = (body, res) => {
      if (body.event === 'send.message') expect(answered).toBe(false);
      res.writeHead(200).end();
    };
    gateway.misbehave({ on: 'sendText', fault: 'echo-first' });
    const { status, body } = await send('hello');
    answered = true;
    expect(status).toBe(201);
    expect(body).toMatchObject({
      key: { remoteJid: '553188887777@s.whatsapp.net', fromMe: true },
      status: 'PENDING',
      message: { conversation: 'hello' },
    });
    expect(receiver.of('send.message')[0].data.key.id).toBe(body.key.id);
    const ticks = await receiver.waitFor('messages.update', 3);
    expect(ticks.map((e) => e.data.status).sort()).toEqual(['DELIVERY_ACK', 'READ', 'SERVER_ACK']);
    expect(ticks[0].data).toMatchObject({ keyId: body.key.id, fromMe: true });
    await ana.waitFor((phone) => phone.received[0]?.status === 'READ');
    const where = { key: { remoteJid: '553188887777@s.whatsapp.net', fromMe: true } };
    const found = await call('POST', '/chat/findMessages/shop', { where, page: 1, offset: 50 });
    expect(found.body.messages).toMatchObject({
      total: 1,
      pages: 1,
      currentPage: 1,
      records: [{ key: { id: body.key.id } }],
    });
    expect(found.body.messages.records[0].MessageUpdate.at(-1)).toEqual({ status: 'READ' });
  });

  it('are found by time and page, and not at all when the gateway stores nothing', async () => {
    const ana = await openShop();
    ana.say('old', { at: Date.parse('2026-01-01T00:00:00Z') });
    for (const text of ['a', 'b', 'c']) ana.say(text);
    const find = async (body: object) => (await call('POST', '/chat/findMessages/shop', body)).body.messages;
    expect(await find({ page: 2, offset: 2 })).toMatchObject({ total: 4, pages: 2, currentPage: 2, records: [{}, {}] });
    const bounds = { gte: '2026-01-01T00:00:00Z', lte: '2026-01-02T00:00:00Z' };
    expect(
      (await find({ where: { messageTimestamp: bounds } })).records.map((r: Json) => r.message.conversation),
    ).toEqual(['old']);
    gateway.storeMessages = false;
    const { body } = await send('unstored');
    expect((await find({ where: { key: { id: body.key.id } } })).total).toBe(0);
  });

  it('typed by the owner, edited, deleted and reacted to have their own events', async () => {
    const ana = await openShop();
    const own = gateway.ownerSays('shop', '5531988887777', 'aqui é a dona');
    expect((await receiver.waitFor('messages.upsert'))[0].data.key).toMatchObject({ fromMe: true, id: own });
    const id = ana.say('quero um blo');
    ana.edit(id, 'quero um bolo');
    const [edited] = await receiver.waitFor('messages.edited');
    expect(edited.data).toMatchObject({
      key: { id },
      type: 'MESSAGE_EDIT',
      editedMessage: { conversation: 'quero um bolo' },
    });
    ana.remove(id);
    await receiver.waitFor('messages.delete');
    ana.react(own, '👍');
    const reaction = (await receiver.waitFor('messages.upsert', 3)).find(
      (e) => e.data.messageType === 'reactionMessage',
    );
    expect(reaction.data.message.reactionMessage).toMatchObject({ key: { id: own, fromMe: true }, text: '👍' });
    expect(ana.received.map((m) => m.by)).toEqual(['owner']);
  });

  it('written while the account is offline arrive after it is back, with their own time', async () => {
    const ana = await openShop();
    await gateway.disconnect('shop', 428);
    expect(receiver.of('connection.update').at(-1).data.state).toBe('connecting');
    ana.say('alguém aí?', { at: Date.parse('2026-01-01T00:00:00Z') });
    await gateway.reconnect('shop');
    const [event] = await receiver.waitFor('messages.upsert');
    expect(event.data.messageTimestamp).toBe(Date.parse('2026-01-01T00:00:00Z') / 1000);
  });

  it('composing shows on the phone for as long as it was asked', async () => {
    const ana = await openShop();
    const seen: boolean[] = [];
    ana.onChange(() => seen.push(ana.typing));
    const answer = await call('POST', '/chat/sendPresence/shop', {
      number: ana.number,
      presence: 'composing',
      delay: 20,
    });
    expect(answer).toEqual({ status: 201, body: { presence: 'composing' } });
    expect(seen).toEqual([true, false]);
  });

  it('are marked as read, but not under a LID', async () => {
    const ana = await openShop();
    const id = ana.say('oi');
    const mark = (remoteJid: string) =>
      call('POST', '/chat/markMessageAsRead/shop', { readMessages: [{ remoteJid, fromMe: false, id }] });
    expect((await mark('2045988@lid')).status).toBe(201);
    expect(ana.transcript[0]!.status).toBe('DELIVERY_ACK');
    expect((await mark(ana.jid)).body).toEqual({ message: 'Read messages', read: 'success' });
    expect(ana.transcript[0]!.status).toBe('READ');
  });

  it('can be edited and taken back by the shop', async () => {
    const ana = await openShop();
    const { key } = (await send('olá')).body;
    expect((await call('POST', '/chat/updateMessage/shop', { number: ana.number, key, text: 'olá!' })).status).toBe(
      200,
    );
    const elsewhere = { ...key, remoteJid: '2045988@lid' };
    expect(
      (await call('POST', '/chat/updateMessage/shop', { number: ana.number, key: elsewhere, text: 'x' })).status,
    ).toBe(400);
    expect((await call('DELETE', '/chat/deleteMessageForEveryone/shop', key)).status).toBe(201);
    expect(ana.received[0]).toMatchObject({ text: 'olá!', edited: true, deleted: true });
  });

  it('with a picture have an editable caption; a voice note has none', async () => {
    const ana = await openShop();
    const edit = (key: unknown) =>
      call('POST', '/chat/updateMessage/shop', { number: ana.number, key, text: 'nova legenda' });
    const media = 'https://cdn.example.com/a.jpg';
    const image = await call('POST', '/message/sendMedia/shop', { number: ana.number, mediatype: 'image', media });
    expect((await edit(image.body.key)).status).toBe(200);
    const found = await call('POST', '/chat/findMessages/shop', { where: { key: { id: image.body.key.id } } });
    expect(found.body.messages.records[0].message.imageMessage.caption).toBe('nova legenda');
    const audio = await call('POST', '/message/sendWhatsAppAudio/shop', { number: ana.number, audio: media });
    expect((await edit(audio.body.key)).status).toBe(400);
  });
});

describe('webhooks', () => {
  it('are tried again after a 5xx, each event for itself', async () => {
    const ana = await openShop(['MESSAGES_UPSERT']);
    const before = receiver.hooks.length;
    receiver.status = (n) => (n < before + 2 ? 503 : 200);
    ana.say('oi');
    await gateway.webhooksIdle();
    expect(receiver.of('messages.upsert')).toHaveLength(3);
    expect(gateway.webhookDeliveries).toMatchObject({ givenUp: 0, byStatus: { 503: 2 } });
  });

  it.each([400, 401, 403, 404, 422])('are given up at once after a %d', async (status) => {
    const ana = await openShop(['MESSAGES_UPSERT']);
    receiver.status = () => status;
    ana.say('oi');
    await gateway.webhooksIdle();
    expect(receiver.of('messages.upsert')).toHaveLength(1);
    expect(gateway.webhookDeliveries.givenUp).toBe(1);
  });

  it('are given up after the last attempt, also when nobody listens', async () => {
    const ana = await openShop(['MESSAGES_UPSERT']);
    await receiver.close();
    ana.say('oi');
    await gateway.webhooksIdle();
    expect(gateway.webhookDeliveries).toMatchObject({ givenUp: 1, byStatus: { error: RETRY.attempts } });
  });

  it('with jwt_key carry a bearer token and not the key', async () => {
    await openShop();
    await call('POST', '/webhook/set/shop', {
      webhook: { enabled: true, url: receiver.url, headers: { jwt_key: 'k' }, events: [] },
    });
    gateway.phone('shop', { number: '5531988887777' }).say('oi');
    await receiver.waitFor('messages.upsert');
    const { headers } = receiver.hooks.at(-1)!;
    expect(headers['jwt_key']).toBeUndefined();
    expect(String(headers['authorization'])).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
  });
});

describe('misbehaviour on sendText', () => {
  it.each([
    { name: 'error-before', input: { fault: 'error-before' as const, status: 503 }, expected: { status: 503, got: 0 } },
    { name: 'error-after', input: { fault: 'error-after' as const }, expected: { status: 500, got: 1 } },
    { name: 'bad-request-before', input: { fault: 'bad-request-before' as const }, expected: { status: 400, got: 0 } },
    { name: 'bad-request-after', input: { fault: 'bad-request-after' as const }, expected: { status: 400, got: 1 } },
    { name: 'double', input: { fault: 'double' as const }, expected: { status: 201, got: 2 } },
    { name: 'delay', input: { fault: 'delay' as const, ms: 5 }, expected: { status: 201, got: 1 } },
  ])('$name', async ({ input, expected }) => {
    const ana = await openShop();
    const rule = gateway.misbehave({ on: 'sendText', times: 1, ...input });
    expect((await send()).status).toBe(expected.status);
    expect(ana.received).toHaveLength(expected.got);
    await gateway.webhooksIdle();
    expect(receiver.of('send.message')).toHaveLength(expected.got);
    expect(rule.hits).toBe(1);
    expect((await send('again')).status).toBe(201);
  });

  it.each([
    { name: 'reset-before', input: 'reset-before' as const, expected: 0 },
    { name: 'reset-after', input: 'reset-after' as const, expected: 1 },
  ])('$name', async ({ input, expected }) => {
    const ana = await openShop();
    gateway.misbehave({ on: 'sendText', fault: input, times: 1 });
    await expect(send()).rejects.toThrow();
    expect(ana.received).toHaveLength(expected);
  });

  it.each([
    { name: 'hang-before', input: 'hang-before' as const, expected: 0 },
    { name: 'hang-after', input: 'hang-after' as const, expected: 1 },
  ])('$name never answers', async ({ input, expected }) => {
    const ana = await openShop();
    gateway.misbehave({ on: 'sendText', fault: input });
    const answer = send().then(
      () => 'answered',
      () => 'cut',
    );
    const record = await gateway.waitForSend((s) => s.fault === input);
    expect(record).toMatchObject({ status: null, outcome: expected ? 'sent' : 'refused' });
    expect(ana.received).toHaveLength(expected);
    await gateway.close();
    expect(await answer).toBe('cut');
    gateway = await start();
  });

  it('strikes only the sends it names', async () => {
    await openShop();
    const rule = gateway.misbehave({ on: 'sendText', fault: 'error-before', text: /bolo/ });
    expect([(await send('oi')).status, (await send('um bolo')).status]).toEqual([201, 500]);
    rule.stop();
    expect((await send('um bolo')).status).toBe(201);
  });
});

describe('misbehaviour elsewhere', () => {
  it('duplicates, drops and delays events', async () => {
    const ana = await openShop(['MESSAGES_UPSERT', 'SEND_MESSAGE']);
    const duplicate = gateway.misbehave({ on: 'webhook', fault: 'duplicate', copies: 2, events: ['messages.upsert'] });
    ana.say('oi');
    await receiver.waitFor('messages.upsert', 3);
    duplicate.stop();
    const drop = gateway.misbehave({ on: 'webhook', fault: 'drop-echo' });
    await send('unheard');
    drop.stop();
    gateway.misbehave({ on: 'webhook', fault: 'late-echo', ms: 5 });
    await send('late');
    await gateway.webhooksIdle();
    expect(receiver.of('send.message').map((e) => e.data.message.conversation)).toEqual(['late']);
  });

  it('drops the same events again for the same seed', async () => {
    const ana = await openShop(['MESSAGES_UPSERT']);
    const heard = async () => {
      const from = receiver.of('messages.upsert').length;
      const rule = gateway.misbehave({ on: 'webhook', fault: 'drop', probability: 0.5, seed: 7 });
      for (let i = 0; i < 20; i++) ana.say(String(i));
      await gateway.webhooksIdle();
      rule.stop();
      const texts = receiver
        .of('messages.upsert')
        .slice(from)
        .map((e) => e.data.message.conversation);
      return texts.sort((a, b) => a - b);
    };
    const first = await heard();
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(20);
    expect(await heard()).toEqual(first);
  });

  it('reorders events within a window', async () => {
    const ana = await openShop(['MESSAGES_UPSERT']);
    gateway.misbehave({ on: 'webhook', fault: 'reorder', window: 6, seed: 3 });
    const written = ['1', '2', '3', '4', '5', '6'];
    for (const text of written) ana.say(text);
    const got = (await receiver.waitFor('messages.upsert', 6)).map((e) => e.data.message.conversation);
    expect(got).not.toEqual(written);
    expect([...got].sort()).toEqual(written);
  });

  it('copies of one message are posted in parallel and stored once', async () => {
    const ana = await openShop(['MESSAGES_UPSERT']);
    const id = ana.say('oi', { copies: 10 });
    const events = await receiver.waitFor('messages.upsert', 10);
    expect(new Set(events.map((e) => e.data.key.id))).toEqual(new Set([id]));
    expect((await call('POST', '/chat/findMessages/shop', {})).body.messages.total).toBe(1);
  });

  it('fails any request it names', async () => {
    gateway.misbehave({ on: 'request', fault: 'error', match: 'POST /instance/create', status: 502, times: 1 });
    expect((await create()).status).toBe(502);
    expect(gateway.instances()).toEqual([]);
    expect((await create()).status).toBe(201);
  });

  it('answers before a code is there', async () => {
    gateway.misbehave({ on: 'request', fault: 'no-code', match: 'POST /instance/create', times: 1 });
    gateway.misbehave({ on: 'request', fault: 'no-code', match: 'GET /instance/connect', times: 1 });
    expect((await create()).body).toMatchObject({ qrcode: { count: 0 } });
    expect((await call('GET', '/instance/connect/shop')).body).toEqual({ pairingCode: null, count: 0 });
    expect((await call('GET', '/instance/connect/shop')).body).toMatchObject({ code: expect.any(String) });
  });
});

describe('a pairing code', () => {
  it('comes only if the socket was opened for a phone', async () => {
    const connect = async (query = '') => (await call('GET', `/instance/connect/shop${query}`)).body;
    await create();
    expect(await connect('?number=5531988887777')).toMatchObject({ pairingCode: null, code: expect.any(String) });
    await gateway.disconnect('shop', 401);
    const code = expect.stringMatching(/^[0-9A-Z]{8}$/);
    expect(await connect('?number=5531988887777')).toMatchObject({ pairingCode: code });
    expect(await connect()).toMatchObject({ pairingCode: code });
  });
});

describe('state', () => {
  it('survives a restart; a broken file is put aside', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    const stateFile = join(folder, 'state.json');
    await gateway.close();
    gateway = await start({ stateFile });
    const ana = await openShop();
    ana.say('oi');
    await send('olá, Ana');
    await gateway.close();
    gateway = await start({ stateFile });
    await receiver.waitFor('connection.update', 4);
    expect(gateway.instance('shop')).toMatchObject({ state: 'open', ownerJid: '558133330000@s.whatsapp.net' });
    const again = gateway.phoneOf('shop', '5531988887777')!;
    expect(again.transcript.map((b) => b.text)).toEqual(['oi', 'olá, Ana']);
    expect((await call('POST', '/chat/findMessages/shop', {})).body.messages.total).toBe(2);
    expect((await send('still here')).status).toBe(201);
    await again.waitForMessages(2);
    await gateway.close();
    writeFileSync(stateFile, '{"instances": [{');
    gateway = await start({ stateFile });
    expect(gateway.instances()).toEqual([]);
    expect(readFileSync(`${stateFile}.broken`, 'utf8')).toBe('{"instances": [{');
    rmSync(folder, { recursive: true });
  });

  it('listens on the port it is given, and refuses a taken one', async () => {
    const port = Number(new URL(gateway.url).port);
    await expect(start({ port })).rejects.toThrow(/EADDRINUSE/);
  });
});

it('close cuts connections that hang', async () => {
  await create();
  gateway.misbehave({ on: 'request', fault: 'hang', match: 'GET /' });
  const hanging = fetch(`${gateway.url}/`).catch(() => 'cut');
  const server = gateway as unknown as { server: Server };
  await once(server.server, 'request');
  await gateway.close();
  expect(await hanging).toBe('cut');
  gateway = await start();
});

describe('sending files', () => {
  const url = 'https://cdn.example.com/pasta/boleto.pdf';
  const document = { number: '5531988887777', mediatype: 'document', media: url };

  it('arrive with what the gateway makes of their name, quote included', async () => {
    const ana = await openShop();
    const quoted = { key: { id: ana.say('manda o boleto') } };
    const body = { ...document, fileName: 'boleto.pdf', caption: 'segue', quoted };
    const { status, body: frame } = await call('POST', '/message/sendMedia/shop', body);
    expect(status).toBe(201);
    expect(frame).toMatchObject({
      messageType: 'documentMessage',
      message: { documentMessage: { caption: 'segue', fileName: 'boleto.pdf', mimetype: 'application/pdf' } },
      contextInfo: { stanzaId: quoted.key.id },
    });
    const media = { url, fileName: 'boleto.pdf', mimetype: 'application/pdf' };
    expect(ana.received).toMatchObject([{ type: 'documentMessage', text: 'segue', media, quotedId: quoted.key.id }]);
    const [echo] = await receiver.waitFor('send.message');
    expect(echo.data.key).toEqual(frame.key);
  });

  it.each([
    { name: 'an unknown extension', input: { fileName: 'notas.xyz' }, expected: ['notas.xyz', 'false'] },
    { name: 'a document without a name', input: {}, expected: ['boleto', 'false'] },
    {
      name: 'a picture of any name',
      input: { mediatype: 'image', media: 'https://cdn.example.com/x' },
      expected: ['image.jpg', 'image/jpeg'],
    },
  ])('$name', async ({ input, expected }) => {
    const ana = await openShop();
    expect((await call('POST', '/message/sendMedia/shop', { ...document, ...input })).status).toBe(201);
    const media = ana.received[0]!.media!;
    expect([media.fileName, media.mimetype]).toEqual(expected);
  });

  it.each([
    {
      name: 'a data: address',
      input: { media: 'data:image/png;base64,AAAA' },
      expected: 'Owned media must be a url or base64',
    },
    {
      name: 'a host without a top-level domain',
      input: { media: 'http://minio:9000/a.pdf' },
      expected: 'Owned media must be a url or base64',
    },
    {
      name: 'a base64 document without a name',
      input: { media: 'AAAA' },
      expected: 'For base64 the file name must be informed.',
    },
  ])('$name is refused', async ({ input, expected }) => {
    await openShop();
    const answer = await call('POST', '/message/sendMedia/shop', { ...document, ...input });
    expect(answer).toMatchObject({ status: 400, body: { response: { message: [expected] } } });
    expect(gateway.sends).toEqual([]);
  });

  it('a voice note carries no quote, and fails as texts do', async () => {
    const ana = await openShop();
    const body = { number: ana.number, audio: 'https://cdn.example.com/a.mp3', quoted: { key: { id: 'X' } } };
    expect((await call('POST', '/message/sendWhatsAppAudio/shop', {})).status).toBe(400);
    const sent = await call('POST', '/message/sendWhatsAppAudio/shop', body);
    expect(sent.body.contextInfo.stanzaId).toBeUndefined();
    gateway.misbehave({ on: 'sendText', fault: 'error-before' });
    gateway.misbehave({ on: 'send', fault: 'error-after', times: 1 });
    expect((await call('POST', '/message/sendWhatsAppAudio/shop', body)).status).toBe(500);
    expect(ana.received.map((m) => m.type)).toEqual(['audioMessage', 'audioMessage']);
    expect(gateway.sends.map((s) => [s.type, s.outcome, s.status])).toEqual([
      ['audioMessage', 'sent', 201],
      ['audioMessage', 'sent', 500],
    ]);
  });
});
