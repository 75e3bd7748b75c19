import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SendMessageService } from '../../../src/chats/send-message.service.js';
import { type Answer, type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let rules: { stop(): void }[] = [];
beforeAll(async () => {
  // Callers wait no longer than the gateway's worst case, and uncertain sends are asked about after it.
  app = await startTestApp({ GATEWAY_WORST_CASE_SECONDS: '1', GATEWAY_SEND_SECONDS: '75' });
});
afterEach(() => {
  for (const rule of rules) rule.stop();
  rules = [];
});
afterAll(() => app?.close());

type Rule = Parameters<TestApp['gateway']['misbehave']>[0];
const misbehave = (rule: Rule) => {
  const handle = app.gateway.misbehave(rule);
  rules.push(handle);
  return handle;
};

/** The status of a message that is on its way. */
const LEFT = /^(SENT|DELIVERED|READ)$/;

let numbers = 0;
/** A shop and a customer who has written once and was answered. */
async function openChat() {
  const shop = await app.openShop();
  const number = `5581955${String(++numbers).padStart(6, '0')}`;
  const phone = app.gateway.phone(shop.instanceName, { number, name: 'Ana' });
  phone.say('oi');
  await phone.waitForMessages(1);
  await turnsDone(shop, 1);
  const [chat] = (await app.inject('GET', `/v2/workspace/${shop.workspaceId}/chats`, { token: shop.token })).body;
  const send = (body: unknown, face = '') =>
    app.inject('POST', `${face}/chat/${chat.id}/send-message`, { token: shop.token, body });
  return { shop, phone, chatId: chat.id as string, send };
}

const turnsDone = (shop: Shop, n: number) =>
  app.until<{ n: number }>(
    `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'DONE'`,
    [shop.workspaceId],
    (row) => row?.n === n,
  );
const rowsOf = async (table: string, shop: Shop, order = 'id') =>
  (await app.db.query(`SELECT * FROM ${table} WHERE workspace_id = $1 ORDER BY ${order}`, [shop.workspaceId])).rows;
const messages = async (chatId: string, token: string) =>
  (await app.inject('GET', `/chat/${chatId}/messages`, { token })).body.data;
/** An API client of this workspace, as the guard would have found it. */
async function apiClient(shop: Shop) {
  const key = randomUUID();
  await app.db.query(
    `INSERT INTO api_keys (workspace_id, id, name, prefix, key_hash, role, created_by_id)
     VALUES ($1, $2, 'loja', 'tk', $4, 'MEMBER', $3)`,
    [shop.workspaceId, key, shop.userId, Buffer.from(key)],
  );
  return { userId: shop.userId, apiKey: { id: key, workspaceId: shop.workspaceId } };
}

describe('a person sends', () => {
  it('a text: it arrives, shows who wrote it, and the chat is theirs', async () => {
    const { shop, phone, chatId, send } = await openChat();
    const sent = await send({ message: '  Aqui é a Ana.  ' });
    expect(sent.status).toBe(201);
    expect(sent.body.data).toMatchObject({
      ...{ role: 'assistant', author: 'HUMAN', type: 'TEXT', text: 'Aqui é a Ana.', turnId: null },
      ...{ userId: shop.userId, userName: 'Ana Souza', userPicture: null },
    });
    expect(sent.body.data.status).toMatch(LEFT);
    expect(phone.received.map((m) => m.text)).toEqual([expect.any(String), 'Aqui é a Ana.']);
    const [chat] = (await app.inject('GET', `/v2/workspace/${shop.workspaceId}/chats`, { token: shop.token })).body;
    expect(chat).toMatchObject({
      ...{ humanTalk: true, userId: shop.userId, userName: 'Ana Souza', messageUserName: 'Ana Souza' },
      ...{ conversation: 'Aqui é a Ana.', role: 'assistant' },
    });
    expect(await rowsOf('interactions', shop)).toMatchObject([{ status: 'WAITING', user_id: shop.userId }]);
    expect((await messages(chatId, shop.token)).map((m: { id: string }) => m.id)[0]).toBe(sent.body.data.id);
  });

  it('on the published face, bare', async () => {
    const { send } = await openChat();
    for (const body of [
      { message: 'oi', other: 1 },
      { message: '', image: 'https://cdn.example.com/a.png' },
    ]) {
      const sent = await send(body, '/v2');
      expect([sent.status, sent.body]).toEqual([200, { success: true }]);
    }
  });

  it.each([
    {
      name: 'a picture with a caption',
      input: { image: 'https://cdn.example.com/cardapio.jpg', message: 'o cardápio' },
      bubble: { type: 'imageMessage', text: 'o cardápio' },
      view: { type: 'IMAGE', text: 'o cardápio', imageUrl: 'https://cdn.example.com/cardapio.jpg', audioUrl: null },
    },
    {
      name: 'a voice note',
      input: { audio: 'https://cdn.example.com/recado.mp3' },
      bubble: { type: 'audioMessage', media: { url: 'https://cdn.example.com/recado.mp3' } },
      view: { type: 'AUDIO', text: '', audioUrl: 'https://cdn.example.com/recado.mp3', documentUrl: null },
    },
    {
      name: 'a video',
      input: { video: 'https://cdn.example.com/v' },
      bubble: { type: 'videoMessage', media: { mimetype: 'video/mp4' } },
      view: { type: 'VIDEO', documentUrl: 'https://cdn.example.com/v', fileName: 'v.mp4' },
    },
    {
      name: 'a document',
      input: {
        ...{ document: 'https://cdn.example.com/d/91', documentName: 'Orçamento' },
        documentMimetype: 'application/pdf',
      },
      bubble: { type: 'documentMessage', media: { fileName: 'Orçamento.pdf', mimetype: 'application/pdf' } },
      view: { type: 'DOCUMENT', documentUrl: 'https://cdn.example.com/d/91', fileName: 'Orçamento.pdf' },
    },
  ])('$name: bound to its echo, which is no message of its own', async ({ input, bubble, view }) => {
    const { shop, phone, chatId, send } = await openChat();
    // Its answer is lost: only the echo proves that it went out.
    misbehave({ on: 'send', fault: 'error-after', times: 1 });
    const sent = await send(input);
    expect(sent.status).toBe(201);
    expect(phone.received[1]).toMatchObject(bubble);
    await turnsDone(shop, 2);
    const all = await messages(chatId, shop.token);
    expect(all).toHaveLength(3);
    expect(all[0]).toMatchObject({ ...view, author: 'HUMAN' });
    expect(await rowsOf('turns', shop, 'first_at')).toMatchObject([
      { kind: 'ANSWER', state: 'DONE' },
      { kind: 'SEND', state: 'DONE', inbound_ids: [] },
    ]);
  });

  it('a reply, quoting', async () => {
    const { shop, phone, chatId, send } = await openChat();
    const [, question] = await messages(chatId, shop.token);
    expect((await send({ message: 'sobre isso', replyMessageId: question.id })).status).toBe(201);
    expect(phone.received[1]).toMatchObject({ text: 'sobre isso', quotedId: phone.transcript[0]!.id });
    const other = await openChat();
    const [foreign] = await messages(other.chatId, other.shop.token);
    for (const replyMessageId of [foreign.id, randomUUID()]) {
      expect((await send({ message: 'x', replyMessageId })).status).toBe(404);
    }
  });

  it.each([
    { name: 'nothing', input: {}, path: 'message' },
    { name: 'an empty text', input: { message: ' ' }, path: 'message' },
    {
      name: 'two files',
      input: { image: 'https://a.example.com/1.png', video: 'https://a.example.com/1.mp4' },
      path: 'video',
    },
    {
      name: 'a caption on a voice note',
      input: { audio: 'https://a.example.com/1.mp3', message: 'x' },
      path: 'message',
    },
    { name: 'a document’s name alone', input: { message: 'x', documentName: 'x.pdf' }, path: 'documentName' },
    { name: 'data in the request', input: { image: 'data:image/png;base64,AAAA' }, path: 'image' },
    { name: 'a reply to what has no id', input: { message: 'x', replyMessageId: 'last' }, path: 'replyMessageId' },
  ])('$name is refused by its field', async ({ input, path }) => {
    const { send } = await refusing();
    const refused = await send(input);
    expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(refused.body.errors[0].path).toBe(path);
  });

  it('an address inside our network is refused', async () => {
    const { send } = await refusing();
    const refused = await send({ image: 'http://127.0.0.1/a.png' });
    expect([refused.status, refused.body.code]).toEqual([400, 'URL_NOT_ALLOWED']);
  });

  let shared: Awaited<ReturnType<typeof openChat>> | undefined;
  /** What is refused changes nothing, so one chat serves. */
  const refusing = async () => {
    shared ??= await openChat();
    return shared;
  };
});

describe('with the agent at work', () => {
  it('a person’s message does not wait for a thought, and the thought is dropped', async () => {
    const { shop, phone, send } = await openChat();
    const hold = app.model.hold();
    const already = app.model.requests.length;
    phone.say('e agora?');
    await app.model.waitForRequests(already + 1);
    const sent = await send({ message: 'Eu assumo.' });
    expect(sent.body.data.status).toMatch(LEFT);
    hold.release();
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND finished_at IS NULL`,
      [shop.workspaceId],
      (row) => row?.['n'] === 0,
    );
    expect(phone.received.slice(1).map((m) => m.text)).toEqual(['Eu assumo.']);
    expect((await rowsOf('turns', shop, 'first_at')).map((t) => [t.kind, t.state, t.reason])).toEqual([
      ['ANSWER', 'DONE', null],
      ['ANSWER', 'SKIPPED', 'human'],
      ['SEND', 'DONE', null],
    ]);
  });

  it('waits for the part in flight, and what is left of the answer is cancelled', async () => {
    const { shop, phone, chatId, send } = await openChat();
    const part = (n: number) =>
      `Parte ${n} de uma resposta comprida o bastante para sair em balões separados no celular.`;
    app.model.reply('conte', `${part(1)}\n\n${part(2)}`, { times: 1 });
    misbehave({ on: 'sendText', fault: 'delay', ms: 300, times: 1 });
    phone.say('conte');
    await app.until(
      `SELECT count(*)::int AS n FROM outbound_parts WHERE workspace_id = $1 AND state = 'SENDING'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    expect((await send({ message: 'Eu assumo.' })).status).toBe(201);
    expect(phone.received.slice(1).map((m) => m.text)).toEqual([part(1), 'Eu assumo.']);
    expect((await messages(chatId, shop.token)).map((m: { status: string }) => m.status).slice(0, 3)).toEqual([
      expect.stringMatching(LEFT),
      'CANCELED',
      expect.stringMatching(LEFT),
    ]);
  });

  it('an API client’s message takes nothing over: the agent goes on', async () => {
    const { shop, phone, chatId } = await openChat();
    const sender = app.app.get(SendMessageService);
    const client = await apiClient(shop);
    const hold = app.model.hold();
    const already = app.model.requests.length;
    phone.say('e agora?');
    await app.model.waitForRequests(already + 1);
    const sending = sender.send(client, chatId, { message: 'Pedido enviado.' });
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'QUEUED'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    hold.release();
    expect(await sending).toMatchObject({ author: 'API', userId: null });
    await phone.waitForMessages(3);
    expect(phone.received.at(-1)!.text).toBe('Pedido enviado.');
    expect(await rowsOf('chats', shop)).toMatchObject([{ human_talk: false, user_id: null, epoch: 0 }]);
    expect(await rowsOf('interactions', shop)).toMatchObject([{ status: 'RUNNING' }]);
  });

  it('and leaves a chat that a person has with that person', async () => {
    const { shop, chatId, send } = await openChat();
    await send({ message: 'Eu assumo.' });
    await app.app.get(SendMessageService).send(await apiClient(shop), chatId, { message: 'Pedido enviado.' });
    expect(await rowsOf('chats', shop)).toMatchObject([{ human_talk: true, user_id: shop.userId }]);
  });
});

describe('what becomes of it', () => {
  it('many at once leave one by one, each once', async () => {
    const { phone, send } = await openChat();
    const texts = Array.from({ length: 8 }, (_, i) => `mensagem ${i}`);
    const answers = await Promise.all(texts.map((message) => send({ message })));
    expect(answers.map((a) => a.status)).toEqual(texts.map(() => 201));
    await phone.waitForMessages(9);
    expect(
      phone.received
        .slice(1)
        .map((m) => m.text)
        .sort(),
    ).toEqual(texts);
  });

  it('asked for twice under one id, it leaves once', async () => {
    const { shop, phone, chatId } = await openChat();
    const sender = app.app.get(SendMessageService);
    const id = randomUUID();
    const user = { userId: shop.userId };
    const twice = [1, 2].map(() => sender.send(user, chatId, { message: 'uma vez' }, id));
    expect((await Promise.all(twice)).map((m) => m.id)).toEqual([id, id]);
    await app.gateway.disconnect(shop.instanceName, 401);
    await app.until('SELECT state FROM channels WHERE id = $1', [shop.channelId], (row) => row?.['state'] === 'close');
    expect((await sender.send(user, chatId, { message: 'uma vez' }, id)).id).toBe(id);
    expect(phone.received.map((m) => m.text).filter((t) => t === 'uma vez')).toHaveLength(1);
  });

  it('while it is not known, the answer says so, and evidence still proves it', async () => {
    const { shop, phone, chatId, send } = await openChat();
    misbehave({ on: 'send', fault: 'delay', ms: 2_500, times: 1 });
    const sent = await send({ image: 'https://cdn.example.com/a.png' });
    expect([sent.status, sent.body.data.status]).toEqual([201, 'QUEUED']);
    const again = await send({ message: 'depois' }, '/v2');
    expect([again.status, again.body]).toEqual([200, { success: true }]);
    // The one in flight keeps its place: nothing overtakes it.
    expect((await rowsOf('outbound_parts', shop, 'created_at')).map((p) => p.state).slice(1)).toEqual([
      'SENDING',
      'PENDING',
    ]);
    const [waiting, leaving] = await messages(chatId, shop.token);
    expect(waiting).toMatchObject({ text: 'depois', status: 'QUEUED' });
    const change = (method: string, id: string) =>
      app.inject(method, `/chat/${chatId}/message/${id}`, { token: shop.token, body: { message: 'x' } });
    // What has begun to leave cannot be called back, what has not can be cancelled; neither can be edited.
    expect((await change('DELETE', leaving.id)).body.code).toBe('MESSAGE_NOT_CHANGEABLE');
    expect((await change('PUT', waiting.id)).body.code).toBe('MESSAGE_NOT_CHANGEABLE');
    expect((await change('DELETE', waiting.id)).body.data).toEqual({ success: true, status: 'canceled' });
    await turnsDone(shop, 2);
    expect(phone.received.slice(1).map((m) => m.type)).toEqual(['imageMessage']);
    expect((await messages(chatId, shop.token))[0]).toMatchObject({ status: 'CANCELED' });
    expect((await rowsOf('turns', shop, 'due_at'))[2]).toMatchObject({ state: 'SKIPPED', reason: 'canceled' });
  });

  it('what waits when the number goes away leaves when it is back', async () => {
    const { shop, phone, send } = await openChat();
    misbehave({ on: 'send', fault: 'delay', ms: 1_500, times: 1 });
    const first = send({ message: 'um' });
    await app.until(
      `SELECT count(*)::int AS n FROM outbound_parts WHERE workspace_id = $1 AND state = 'SENDING'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    expect((await send({ message: 'dois' })).body.data.status).toBe('QUEUED');
    await app.gateway.disconnect(shop.instanceName, 401);
    await first;
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'SENDING' AND owner IS NULL`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    expect(phone.received.slice(1).map((m) => m.text)).toEqual(['um']);
    await app.gateway.scan(shop.instanceName, { number: '5581933330000' });
    await phone.waitForMessages(3);
    await turnsDone(shop, 3);
    expect(phone.received.slice(1).map((m) => m.text)).toEqual(['um', 'dois']);
  });

  it('an uncertain file is asked about, never sent twice', async () => {
    const { shop, phone, send } = await openChat();
    misbehave({ on: 'webhook', fault: 'drop-echo' });
    misbehave({ on: 'send', fault: 'error-after', times: 1 });
    await send({ image: 'https://cdn.example.com/a.png', message: 'a conta' });
    await turnsDone(shop, 2);
    expect(phone.received).toHaveLength(2);
    expect((await rowsOf('outbound_parts', shop, 'created_at'))[1]).toMatchObject({
      state: 'SENT',
      attempt: 1,
      resends: 0,
    });
  });

  it('what the gateway refuses is an error, and the chat stays with its person', async () => {
    const { shop, chatId, send } = await openChat();
    const [row] = await rowsOf('chats', shop);
    await app.db.query('UPDATE chats SET address = $3 WHERE workspace_id = $1 AND id = $2', [
      shop.workspaceId,
      chatId,
      '5581900000404@s.whatsapp.net',
    ]);
    for (const face of ['', '/v2']) {
      const unknown = await send({ message: 'oi' }, face);
      expect([unknown.status, unknown.body.code]).toEqual([422, 'NOT_ON_WHATSAPP']);
    }
    expect((await messages(chatId, shop.token))[0]).toMatchObject({ text: 'oi', status: 'FAILED' });
    await app.db.query('UPDATE chats SET address = $3 WHERE workspace_id = $1 AND id = $2', [
      shop.workspaceId,
      chatId,
      row.address,
    ]);
    misbehave({ on: 'request', fault: 'error', match: 'POST /message/sendText', status: 413 });
    for (const face of ['', '/v2']) {
      const failed = await send({ message: 'longo' }, face);
      expect([failed.status, failed.body.code]).toEqual([502, 'GATEWAY_FAILED']);
    }
    expect(await rowsOf('chats', shop)).toMatchObject([{ human_talk: true, user_id: shop.userId }]);
  });

  it('on a number that is not connected nothing is kept', async () => {
    const { shop, chatId, send } = await openChat();
    await app.gateway.disconnect(shop.instanceName, 401);
    await app.until('SELECT state FROM channels WHERE id = $1', [shop.channelId], (row) => row?.['state'] === 'close');
    for (const face of ['', '/v2']) {
      const refused = await send({ message: 'oi' }, face);
      expect([refused.status, refused.body.code]).toEqual([409, 'CHANNEL_NOT_CONNECTED']);
    }
    expect(await messages(chatId, shop.token)).toHaveLength(2);
  });

  it('on the API channel it is there at once', async () => {
    const shop = await app.openShop();
    const { token } = shop;
    const body = { contextId: 'c1', prompt: 'oi' };
    await app.inject('POST', `/v2/agent/${shop.agentId}/conversation`, { token, body });
    const [chat] = (await app.inject('GET', `/v2/workspace/${shop.workspaceId}/chats`, { token })).body;
    const sent = await app.inject('POST', `/chat/${chat.id}/send-message`, { token, body: { message: 'Olá, Ana.' } });
    expect(sent.body.data).toMatchObject({ status: 'SENT', author: 'HUMAN' });
    const path = `/chat/${chat.id}/message/${sent.body.data.id}`;
    expect((await app.inject('PUT', path, { token, body: { message: 'Olá!' } })).body.data.status).toBe('edited');
    expect((await messages(chat.id, token))[0]).toMatchObject({ text: 'Olá!', editedAt: expect.any(Number) });
  });
});

describe('changing what was sent', () => {
  const change = async (options: { input?: Record<string, string> } = {}) => {
    const { shop, phone, chatId, send } = await openChat();
    const sent = (await send(options.input ?? { message: 'Amanhã às 10h' })).body.data;
    const at = (id: string, face = '') => `${face}/chat/${chatId}/message/${id}`;
    const edit = (message: string, id = sent.id, face = '') =>
      app.inject('PUT', at(id, face), { token: shop.token, body: { message } });
    const remove = (id = sent.id, face = '') => app.inject('DELETE', at(id, face), { token: shop.token });
    return { shop, phone, chatId, send, sent, edit, remove };
  };

  it('an edit shows on the phone, here, and in what the agent reads', async () => {
    const { shop, phone, chatId, edit } = await change();
    const edited = await edit('Amanhã às 11h', undefined, '/v2');
    expect([edited.status, edited.body]).toEqual([200, { success: true, status: 'edited' }]);
    expect(phone.received[1]).toMatchObject({ text: 'Amanhã às 11h', edited: true });
    expect((await messages(chatId, shop.token))[0]).toMatchObject({ text: 'Amanhã às 11h' });
    await app.inject('PUT', `/chat/${chatId}/stop-human`, { token: shop.token });
    const already = app.model.requests.length;
    phone.say('combinado?');
    await app.model.waitForRequests(already + 1);
    const asked = JSON.stringify(app.model.requests.at(-1));
    expect(asked).toContain('Amanhã às 11h');
    expect(asked).not.toContain('Amanhã às 10h');
  });

  it('what is taken back is gone from the phone, from here, and from what the agent reads', async () => {
    const { shop, phone, chatId, remove } = await change({
      input: { image: 'https://cdn.example.com/a.png', message: 'preço errado' },
    });
    for (const face of ['', '/v2']) {
      const { status, body } = await remove(undefined, face);
      expect([status, face ? body : body.data]).toEqual([200, { success: true, status: 'deleted' }]);
    }
    expect(phone.received[1]).toMatchObject({ deleted: true });
    expect((await messages(chatId, shop.token))[0]).toMatchObject({ text: '', imageUrl: null, isDeleted: true });
    await app.inject('PUT', `/chat/${chatId}/stop-human`, { token: shop.token });
    const already = app.model.requests.length;
    phone.say('e o preço?');
    await app.model.waitForRequests(already + 1);
    expect(JSON.stringify(app.model.requests.at(-1))).not.toMatch(/preço errado|an image/);
    const left = await app.db.query(`SELECT 1 FROM outbound_parts WHERE text = 'preço errado'`);
    expect(left.rowCount).toBe(0);
  });

  it('under another address of the same person it is found as well', async () => {
    const { shop, chatId, phone, edit } = await change();
    await app.db.query('UPDATE chats SET address = $2 WHERE id = $1', [chatId, '77001122@lid']);
    expect((await edit('Amanhã às 11h')).status).toBe(200);
    expect(phone.received[1]).toMatchObject({ edited: true });
    await app.db.query('DELETE FROM contact_aliases WHERE workspace_id = $1', [shop.workspaceId]);
    expect((await edit('Amanhã às 12h')).status).toBe(409);
  });

  it('is refused for the customer’s words, old ones, and those of another chat', async () => {
    const { shop, chatId, sent, edit, remove } = await change();
    const customers = (await messages(chatId, shop.token)).at(-1);
    expect((await edit(' ')).status).toBe(400);
    for (const refused of [await edit('x', customers.id), await remove(customers.id)]) {
      expect([refused.status, refused.body.code]).toEqual([409, 'MESSAGE_NOT_CHANGEABLE']);
    }
    await app.db.query(`UPDATE messages SET sent_at = now() - interval '16 minutes' WHERE id = $1`, [sent.id]);
    expect((await edit('x')).body.code).toBe('MESSAGE_NOT_CHANGEABLE');
    const other = await change();
    for (const id of [other.sent.id, randomUUID()]) {
      expect([(await edit('x', id)).status, (await remove(id)).status]).toEqual([404, 404]);
    }
    expect(other.phone.received[1]).not.toHaveProperty('deleted');
  });

  it('says what is wrong on the way to the phone', async () => {
    const { shop, chatId, edit, remove } = await change();
    misbehave({ on: 'request', fault: 'error', match: /updateMessage|deleteMessage/, status: 500 });
    const both = async () => {
      const answers: Answer[] = [];
      for (const face of ['', '/v2']) answers.push(await edit('x', undefined, face), await remove(undefined, face));
      return answers;
    };
    for (const failed of await both()) expect([failed.status, failed.body.code]).toEqual([502, 'GATEWAY_FAILED']);
    expect((await messages(chatId, shop.token))[0]).toMatchObject({ text: 'Amanhã às 10h', isDeleted: false });
    await app.gateway.disconnect(shop.instanceName, 401);
    await app.until('SELECT state FROM channels WHERE id = $1', [shop.channelId], (row) => row?.['state'] === 'close');
    for (const refused of await both())
      expect([refused.status, refused.body.code]).toEqual([409, 'CHANNEL_NOT_CONNECTED']);
  });
});
