import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvolutionApiClient, WEBHOOK_EVENTS } from './evolution-api.client.js';

interface Seen {
  method: string;
  url: string;
  apikey: unknown;
  body: unknown;
}
type Reply = { status: number; body: unknown; headers?: Record<string, string> } | 'hang' | 'reset';

let server: Server;
let client: EvolutionApiClient;
let seen: Seen[];
let reply: Reply;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const raw = await text(request);
  const { method = '', url = '', headers } = request;
  seen.push({ method, url, apikey: headers['apikey'], body: raw ? JSON.parse(raw) : null });
  if (reply === 'hang') return;
  if (reply === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const { status, body, headers: extra } = reply;
  response.writeHead(status, extra).end(typeof body === 'string' ? body : JSON.stringify(body));
}

const urlOf = (s: Server) => `http://127.0.0.1:${(s.address() as AddressInfo).port}`;

function connect(options: { url?: string; callMs?: number; sendMs?: number; connections?: number } = {}) {
  const { url = `${urlOf(server)}/evo`, connections, ...timeouts } = options;
  return new EvolutionApiClient({ url, apiKey: 'k', connections, timeouts });
}

beforeEach(async () => {
  seen = [];
  reply = { status: 200, body: {} };
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect();
});

afterEach(async () => {
  await client.onApplicationShutdown();
  server.closeAllConnections();
  server.close();
});

const bubble = { address: '5521966661234@s.whatsapp.net', text: 'Olá' };

describe('sendText', () => {
  it('posts once, without delay or preview, and reads the id', async () => {
    reply = { status: 201, body: { key: { id: '3EB01', remoteJid: '552166661234@s.whatsapp.net', fromMe: true } } };
    expect(await client.sendText('a b', bubble)).toEqual({
      class: 'sent',
      providerId: '3EB01',
      remoteJid: '552166661234@s.whatsapp.net',
    });
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/evo/message/sendText/a%20b',
        apikey: 'k',
        body: { number: bubble.address, text: 'Olá', delay: 0, linkPreview: false },
      },
    ]);
  });

  const answers: { name: string; reply: Reply; expected: object }[] = [
    {
      name: 'throttled',
      reply: { status: 429, body: '', headers: { 'retry-after': '4' } },
      expected: { class: 'not_sent', retryAfterMs: 4000 },
    },
    { name: 'wrong key', reply: { status: 401, body: {} }, expected: { class: 'not_sent', hold: true } },
    {
      name: 'redirect not followed',
      reply: { status: 307, body: '', headers: { location: '/elsewhere' } },
      expected: { class: 'not_sent', hold: true },
    },
    { name: 'broken', reply: { status: 500, body: '<h1>oops</h1>' }, expected: { class: 'unknown' } },
    { name: 'reset after the write', reply: 'reset', expected: { class: 'unknown' } },
  ];
  it.each(answers)('$name: one request, classified', async ({ reply: given, expected }) => {
    reply = given;
    expect(await client.sendText('a', bubble)).toMatchObject(expected);
    expect(seen).toHaveLength(1);
  });

  it('gives up on a gateway that hangs, not knowing', async () => {
    reply = 'hang';
    const hasty = connect({ sendMs: 500 });
    expect(await hasty.sendText('a', bubble)).toEqual({ class: 'unknown', reason: 'no answer: TIMEOUT' });
    await hasty.onApplicationShutdown();
  });

  it('knows that nothing was sent when the time ran out while waiting for a socket', async () => {
    reply = 'hang';
    const narrow = connect({ sendMs: 500, connections: 1 });
    const outcomes = await Promise.all([narrow.sendText('a', bubble), narrow.sendText('a', bubble)]);
    expect(outcomes.map((outcome) => outcome.class)).toEqual(['unknown', 'not_sent']);
    expect(seen).toHaveLength(1);
    await narrow.onApplicationShutdown();
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const url = urlOf(closed);
    closed.close();
    await once(closed, 'close');
    const lonely = connect({ url });
    expect(await lonely.sendText('a', bubble)).toEqual({
      class: 'not_sent',
      reason: 'unreachable: ECONNREFUSED',
      retryAfterMs: null,
      hold: false,
    });
    await expect(lonely.version()).rejects.toMatchObject({ kind: 'unreachable', text: 'ECONNREFUSED' });
    await lonely.onApplicationShutdown();
  });
});

describe('instances', () => {
  const input = {
    instanceName: 'tw-1',
    webhookUrl: 'http://localhost/hook',
    webhookSecretHeader: { name: 'x-hook', value: 's' },
    settings: { rejectCall: true, msgCall: 'Escreva.', groupsIgnore: true },
  };

  it('creates a Baileys instance with the webhook it needs', async () => {
    reply = {
      status: 201,
      body: { instance: { status: 'connecting' }, hash: 'TOKEN', qrcode: { code: '2@x', pairingCode: null, count: 1 } },
    };
    expect(await client.createInstance(input)).toEqual({
      state: 'connecting',
      qr: { code: '2@x', pairingCode: null },
      token: 'TOKEN',
    });
    expect(seen[0]?.body).toMatchObject({
      instanceName: 'tw-1',
      integration: 'WHATSAPP-BAILEYS',
      qrcode: true,
      rejectCall: true,
      msgCall: 'Escreva.',
      groupsIgnore: true,
      webhook: {
        url: input.webhookUrl,
        byEvents: false,
        base64: false,
        headers: { 'x-hook': 's' },
        events: [...WEBHOOK_EVENTS],
      },
    });
  });

  it('reads the forms of older versions: no code yet, the key in an object', async () => {
    reply = { status: 201, body: { instance: {}, hash: { apikey: 'OLD' }, qrcode: { count: 0 } } };
    expect(await client.createInstance(input)).toEqual({ state: null, qr: null, token: 'OLD' });
  });

  it('names the phone that will type a code', async () => {
    reply = { status: 201, body: { instance: {}, qrcode: { code: '2@x', pairingCode: 'ABCD1234' } } };
    const made = await client.createInstance({ ...input, number: '5521999990000' });
    expect(made.qr).toEqual({ code: '2@x', pairingCode: 'ABCD1234' });
    expect(seen[0]?.body).toMatchObject({ number: '5521999990000' });
    await client.createInstance(input);
    expect(seen[1]?.body).not.toHaveProperty('number');
  });

  it('says when the name is taken', async () => {
    reply = { status: 403, body: { response: { message: ['This name "tw-1" is already in use.'] } } };
    await expect(client.createInstance(input)).rejects.toMatchObject({ kind: 'name_taken', status: 403 });
  });

  it('sets the webhook without headers, so that the old secret stays', async () => {
    await client.setWebhook('tw-1', { url: 'http://localhost/new' });
    expect(seen[0]?.body).toEqual({
      webhook: {
        enabled: true,
        url: 'http://localhost/new',
        byEvents: false,
        base64: false,
        events: [...WEBHOOK_EVENTS],
      },
    });
  });

  it('connects', async () => {
    reply = { status: 200, body: { instance: { instanceName: 'tw-1', state: 'open' } } };
    expect(await client.connect('tw-1')).toEqual({ state: 'open' });
    reply = { status: 200, body: { pairingCode: 'ABCD1234', code: '2@y', base64: 'data:', count: 2 } };
    expect(await client.connect('tw-1', '+5521')).toEqual({
      state: 'connecting',
      code: '2@y',
      pairingCode: 'ABCD1234',
    });
    expect(seen[1]?.url).toBe('/evo/instance/connect/tw-1?number=%2B5521');
    reply = { status: 200, body: { count: 0 } };
    expect(await client.connect('tw-1')).toEqual({ state: 'connecting', code: null, pairingCode: null });
    reply = { status: 200, body: { error: true, message: '[object Object]' } };
    await expect(client.connect('tw-1')).rejects.toMatchObject({ kind: 'failed', status: 200 });
  });

  it('reads the state, and that there is none', async () => {
    reply = { status: 200, body: { instance: { state: 'close' } } };
    expect(await client.connectionState('tw-1')).toBe('close');
    reply = { status: 200, body: { instance: { instanceName: 'tw-1' } } };
    expect(await client.connectionState('tw-1')).toBeNull();
    reply = { status: 404, body: {} };
    await expect(client.connectionState('tw-1')).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('takes gone for deleted and unlinked for logged out, and nothing else', async () => {
    reply = { status: 404, body: {} };
    await client.deleteInstance('tw-1');
    reply = { status: 400, body: { response: { message: ['The "tw-1" instance is not connected'] } } };
    await client.logout('tw-1');
    expect(seen.map((s) => `${s.method} ${s.url}`)).toEqual([
      'DELETE /evo/instance/delete/tw-1',
      'DELETE /evo/instance/logout/tw-1',
    ]);
    reply = { status: 500, body: {} };
    await expect(client.deleteInstance('tw-1')).rejects.toMatchObject({ kind: 'failed' });
    await expect(client.logout('tw-1')).rejects.toMatchObject({ kind: 'failed' });
  });

  it('restarts, and says when that failed under 200', async () => {
    await client.restart('tw-1');
    reply = { status: 200, body: { error: true, message: 'no' } };
    await expect(client.restart('tw-1')).rejects.toMatchObject({ kind: 'failed', text: 'no' });
  });

  it('gives up on a gateway that hangs', async () => {
    reply = 'hang';
    const hasty = connect({ callMs: 100 });
    await expect(hasty.version()).rejects.toMatchObject({ kind: 'unreachable', text: 'TIMEOUT' });
    await hasty.onApplicationShutdown();
  });

  it('tells settings and version', async () => {
    reply = { status: 200, body: { groupsIgnore: true } };
    expect(await client.fetchSettings('tw-1')).toEqual({ groupsIgnore: true });
    reply = { status: 200, body: null };
    expect(await client.fetchSettings('tw-1')).toBeNull();
    reply = { status: 200, body: { version: '2.3.6' } };
    expect(await client.version()).toBe('2.3.6');
  });
});

describe('chats', () => {
  it('shows presence for a while', async () => {
    await client.sendPresence('tw-1', { address: bubble.address, presence: 'composing', delayMs: 1200.4 });
    expect(seen[0]).toMatchObject({
      url: '/evo/chat/sendPresence/tw-1',
      body: { number: bubble.address, presence: 'composing', delay: 1200 },
    });
  });

  const row = {
    key: { id: '3EB01', remoteJid: bubble.address, fromMe: true },
    message: { conversation: 'Olá' },
    messageTimestamp: 1_793_520_000,
  };
  const found = {
    providerId: '3EB01',
    fromMe: true,
    aliases: [bubble.address],
    type: 'TEXT',
    text: 'Olá',
    sentAtMs: 1_793_520_000_000,
    isTypedByHand: false,
  };

  it('finds messages of a window, with both bounds', async () => {
    reply = { status: 200, body: { messages: { total: 1, records: [row] } } };
    const query = { remoteJid: bubble.address, fromMe: true, fromMs: 0, toMs: 1000, limit: 50 } as const;
    expect(await client.findMessages('tw-1', query)).toEqual([found]);
    expect(seen[0]?.body).toEqual({
      where: {
        key: { remoteJid: bubble.address, fromMe: true },
        messageTimestamp: { gte: '1970-01-01T00:00:00.000Z', lte: '1970-01-01T00:00:01.000Z' },
      },
      page: 1,
      offset: 50,
    });
  });

  it('reads where events are posted, if they are', async () => {
    reply = { status: 200, body: { enabled: true, url: 'https://tawkee.example/x', events: ['SEND_MESSAGE'] } };
    expect(await client.findWebhook('tw-1')).toEqual({ url: 'https://tawkee.example/x', events: ['SEND_MESSAGE'] });
    reply = { status: 200, body: { enabled: false, url: 'https://tawkee.example/x', events: [] } };
    expect(await client.findWebhook('tw-1')).toBeNull();
    reply = { status: 200, body: null };
    expect(await client.findWebhook('tw-1')).toBeNull();
  });

  it('reads one page of everything in a window, as it was kept', async () => {
    reply = { status: 200, body: { messages: { total: 101, pages: 2, currentPage: 2, records: [row] } } };
    const page = await client.findPage('tw-1', { fromMs: 0, toMs: 1000, page: 2, size: 100 });
    expect(page).toEqual({ records: [row], pages: 2 });
    expect(seen[0]?.body).toEqual({
      where: { messageTimestamp: { gte: '1970-01-01T00:00:00.000Z', lte: '1970-01-01T00:00:01.000Z' } },
      page: 2,
      offset: 100,
    });
  });

  it('finds one message by its id only', async () => {
    reply = { status: 200, body: { messages: { records: [row] } } };
    expect(await client.findMessageById('tw-1', '3EB01')).toEqual(found);
    expect(await client.findMessageById('tw-1', '3EB02')).toBeNull();
  });

  it('does not take nonsense for "nothing found"', async () => {
    reply = { status: 200, body: '<html>' };
    await expect(client.findMessageById('tw-1', '3EB01')).rejects.toMatchObject({ kind: 'failed' });
  });
});
