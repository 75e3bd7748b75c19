import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

const turns = async (shop: Shop) =>
  (await app.db.query('SELECT * FROM turns WHERE workspace_id = $1 ORDER BY first_at', [shop.workspaceId])).rows;
const messages = async (shop: Shop) =>
  (await app.db.query('SELECT * FROM messages WHERE workspace_id = $1 ORDER BY seq', [shop.workspaceId])).rows;
/** The customer's side of what the model was shown last. */
const lastPrompt = (containing: string) => {
  const request = app.model.requests.findLast((r) => JSON.stringify(r.body).includes(containing));
  return JSON.stringify(request?.body);
};

describe('a WhatsApp message comes in, the agent answers', () => {
  it('answers once, from the persona, and follows the delivery to the blue ticks', async () => {
    const shop = await app.openShop();
    app.model.reply('entregam no sábado', 'Entregamos de segunda a sexta.', { times: 1 });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990001', name: 'Ana' });
    await ana.say('Vocês entregam no sábado?');
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Entregamos de segunda a sexta.']);

    const prompt = lastPrompt('entregam no sábado');
    for (const fact of ['Bia', 'Seja breve.', 'Doces do Porto', 'Bolos por encomenda']) expect(prompt).toContain(fact);

    await app.until(
      `SELECT status FROM messages WHERE workspace_id = $1 AND role = 'assistant'`,
      [shop.workspaceId],
      (row) => row?.['status'] === 'READ',
    );
    const chats = await app.inject('GET', `/v2/workspace/${shop.workspaceId}/chats`, { token: shop.token });
    expect(chats.status).toBe(200);
    expect(chats.body).toMatchObject([
      { name: 'Ana', conversation: 'Entregamos de segunda a sexta.', role: 'assistant' },
    ]);
    const list = await app.inject('GET', `/chat/${chats.body[0].id}/messages`, { token: shop.token });
    expect(list.body.data.map((m: { role: string; text: string }) => [m.role, m.text])).toEqual([
      ['assistant', 'Entregamos de segunda a sexta.'],
      ['user', 'Vocês entregam no sábado?'],
    ]);
    expect(list.body.data[0].servedModel).toBeTruthy();
    expect(await turns(shop)).toMatchObject([{ state: 'DONE' }]);
  });

  it('answers a burst within the silence once, seeing all of it in order', async () => {
    const shop = await app.openShop({ settings: { messageGroupingTime: 'FIVE_SEC' } });
    app.model.reply('quero um bolo', 'Claro!', { times: 1 });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990002', name: 'Ana' });
    // Webhooks come in no order; the customer's own clock decides.
    const began = Date.now() - 3_000;
    await ana.say('de cenoura', { at: began + 2_000 });
    await ana.say('oi', { at: began });
    await ana.say('quero um bolo', { at: began + 1_000 });
    await ana.waitForMessages(1, 20_000);
    const [turn, ...others] = await turns(shop);
    expect(others).toEqual([]);
    expect(turn.inbound_ids).toHaveLength(3);
    expect(lastPrompt('de cenoura')).toMatch(/oi\\nquero um bolo\\nde cenoura/);
    expect(ana.received).toHaveLength(1);
  });

  it('takes the same message fifty times in parallel as one', async () => {
    const shop = await app.openShop();
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990003', name: 'Ana' });
    const before = app.gateway.webhookDeliveries.ok;
    await ana.say('uma vez só', { copies: 50 });
    await ana.waitForMessages(1, 15_000);
    await app.until('SELECT 1', [], () => app.gateway.webhookDeliveries.ok >= before + 50);
    const stored = await messages(shop);
    expect(stored.filter((m) => m.role === 'user')).toHaveLength(1);
    expect(await turns(shop)).toHaveLength(1);
    expect(app.gateway.sends.filter((s) => s.instance === shop.instanceName)).toHaveLength(1);
  });

  it('never answers itself: neither its own echo nor a person typing on the shop phone', async () => {
    const shop = await app.openShop();
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990004', name: 'Ana' });
    await ana.say('olá');
    await ana.waitForMessages(1, 15_000);
    await app.gateway.ownerSays(shop.instanceName, '5581999990004', 'Aqui é a dona da loja.');
    await app.until(
      `SELECT count(*)::int AS n FROM messages WHERE workspace_id = $1 AND author = 'HUMAN'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 1,
    );
    expect(await turns(shop)).toHaveLength(1);
    const stored = await messages(shop);
    expect(stored.map((m) => m.author)).toEqual(['CUSTOMER', 'AGENT', 'HUMAN']);
  });

  it('answers two chats at once, each with its own answer', async () => {
    const shop = await app.openShop();
    const names = Array.from({ length: 10 }, (_, i) => `cliente${i}x`);
    for (const name of names) app.model.reply(`sou ${name}`, `resposta para ${name}`, { times: 1 });
    const phones = await Promise.all(
      names.map((name, i) => app.gateway.phone(shop.instanceName, { number: `55819999910${i}0`, name })),
    );
    await Promise.all(phones.map((phone, i) => phone.say(`sou ${names[i]}`)));
    await Promise.all(phones.map((phone) => phone.waitForMessages(1, 20_000)));
    expect(phones.map((p) => p.received.map((m) => m.text))).toEqual(names.map((n) => [`resposta para ${n}`]));
  });

  it('leaves what arrives while the model thinks to the next turn', async () => {
    const shop = await app.openShop();
    const hold = app.model.hold();
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990006', name: 'Ana' });
    const already = app.model.requests.length;
    await ana.say('primeira pergunta');
    await app.model.waitForRequests(already + 1);
    await ana.say('segunda pergunta');
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    hold.release();
    await ana.waitForMessages(2, 20_000);
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'DONE'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    expect((await turns(shop)).map((t) => t.inbound_ids.length)).toEqual([1, 1]);
  });

  it('sends a long answer in parts, in order, typing before each', async () => {
    const shop = await app.openShop({ typing: true });
    const paragraph = (n: number) =>
      `Parágrafo número ${n}, comprido o bastante para merecer um balão só dele no celular.`;
    app.model.reply('fale muito', [1, 2, 3].map(paragraph).join('\n\n'), { times: 1 });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990007', name: 'Ana' });
    const seen: boolean[] = [];
    ana.onChange(() => seen.push(ana.typing));
    await ana.say('fale muito');
    await ana.waitForMessages(3, 30_000);
    expect(ana.received.map((m) => m.text)).toEqual([1, 2, 3].map(paragraph));
    expect(seen).toContain(true);
  });

  it.each([
    { status: 500, code: 'server_error', type: 'server_error' },
    { status: 429, code: 'rate_limit_exceeded', type: 'tokens' },
  ])(
    'keeps every message answered through 5 s of $status from the model, and never shows an error',
    async ({ status, ...error }) => {
      const shop = await app.openShop();
      const already = app.model.requests.length;
      app.model.failFor(5_000, { status, error: { ...error, message: 'boom' } });
      const phones = await Promise.all(
        [0, 1, 2].map((i) => app.gateway.phone(shop.instanceName, { number: `558199999200${i}`, name: 'Ana' })),
      );
      await Promise.all(phones.map((phone, i) => phone.say(`pergunta ${i}`)));
      await Promise.all(phones.map((phone) => phone.waitForMessages(1, 45_000)));
      expect(app.model.requests.length - already).toBeGreaterThan(phones.length);
      const said = phones.flatMap((p) => p.received.map((m) => m.text)).join(' ');
      expect(said).not.toMatch(/boom|error|500/i);
      await app.until(
        `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'DONE'`,
        [shop.workspaceId],
        (row) => row?.['n'] === 3,
      );
    },
  );

  it('hands the chat to a person when the model has no quota, and says so, but not why', async () => {
    const shop = await app.openShop();
    app.model.reply('sem saldo', {
      status: 429,
      error: { code: 'insufficient_quota', type: 'insufficient_quota', message: 'pay' },
    });
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990008', name: 'Ana' });
    await ana.say('sem saldo');
    const turn = await app.until<{ state: string; reason: string }>(
      `SELECT state, reason FROM turns WHERE workspace_id = $1 AND kind = 'ANSWER'`,
      [shop.workspaceId],
      (row) => row?.state === 'FAILED',
    );
    expect(turn.reason).toBe('model_quota');
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual([expect.stringMatching(/^Vou chamar uma pessoa/)]);
    const { rows } = await app.db.query('SELECT human_talk FROM chats WHERE workspace_id = $1', [shop.workspaceId]);
    expect(rows).toEqual([{ human_talk: true }]);
  });

  it('knows one person by phone and LID', async () => {
    const shop = await app.openShop();
    const number = '5531988880001';
    const lidOnly = await app.gateway.phone(shop.instanceName, {
      number,
      lid: '204598811220001',
      addressing: 'lid-only',
    });
    await lidOnly.say('pelo lid');
    await lidOnly.waitForMessages(1, 15_000);
    const both = await app.gateway.phone(shop.instanceName, { number, lid: '204598811220001', addressing: 'lid' });
    await both.say('pelos dois');
    await both.waitForMessages(2, 15_000);
    const byPhone = await app.gateway.phone(shop.instanceName, { number, lid: '204598811220001', addressing: 'pn' });
    await byPhone.say('pelo telefone');
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'DONE'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 3,
    );
    const { rows } = await app.db.query('SELECT count(*)::int AS n FROM chats WHERE workspace_id = $1', [
      shop.workspaceId,
    ]);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('is silent, with a reason, while the agent is off or a person has the chat', async () => {
    const shop = await app.openShop();
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990009', name: 'Ana' });
    await ana.say('um');
    await ana.waitForMessages(1, 15_000);
    const [chat] = (await app.inject('GET', `/v2/workspace/${shop.workspaceId}/chats`, { token: shop.token })).body;
    await app.inject('PUT', `/v2/chat/${chat.id}/start-human`, { token: shop.token });
    await ana.say('dois');
    await app.until(
      `SELECT reason FROM turns WHERE workspace_id = $1 AND state = 'SKIPPED'`,
      [shop.workspaceId],
      (row) => row?.['reason'] === 'human',
    );
    await app.inject('PUT', `/v2/chat/${chat.id}/stop-human`, { token: shop.token });
    await ana.say('três');
    await ana.waitForMessages(2, 15_000);
    expect(ana.received).toHaveLength(2);
  });
});

describe('the API has a channel too', () => {
  it('answers /conversation through the same turn path, keeping the context', async () => {
    const shop = await app.openShop();
    const { token, agentId } = shop;
    app.model.reply('qual é o meu nome', 'Você é o Davi.', { times: 1 });
    const added = await app.inject('POST', `/v2/agent/${agentId}/add-message`, {
      token,
      body: { contextId: 'site-1', prompt: 'Meu nome é Davi', role: 'user' },
    });
    expect(added).toMatchObject({ status: 200, body: { message: '', images: [], audios: [] } });
    const answer = await app.inject('POST', `/v2/agent/${agentId}/conversation`, {
      token,
      body: { contextId: 'site-1', prompt: 'qual é o meu nome?' },
    });
    expect(answer).toMatchObject({ status: 200, body: { message: 'Você é o Davi.', images: [], audios: [] } });
    expect(lastPrompt('qual é o meu nome')).toContain('Meu nome é Davi');
    expect(await turns(shop)).toMatchObject([{ state: 'DONE' }]);
    const own = await app.inject('POST', `/agent/${agentId}/conversation`, {
      token,
      body: { contextId: 'site-2', prompt: 'oi' },
    });
    expect(own.body.data.message).toBeTruthy();
  });

  it.each(['', '/v2'])('says so where it is not built yet (%s)', async (face) => {
    const shop = await app.openShop();
    const send = (route: string, body: object) =>
      app.inject('POST', `${face}/agent/${shop.agentId}/${route}`, {
        token: shop.token,
        body: { contextId: 'x', prompt: 'oi', ...body },
      });
    const shown = await send('conversation', { image: 'https://example.com/a.png' });
    expect([shown.status, shown.body.code]).toEqual([501, 'NOT_IMPLEMENTED']);
    expect(shown.text).toContain('image');
    const seen = await send('add-message', { image: 'https://example.com/a.png' });
    expect([seen.status, seen.body.code]).toEqual([501, 'NOT_IMPLEMENTED']);
  });

  it.each(['', '/v2'])('says that the agent could not answer (%s)', async (face) => {
    const shop = await app.openShop();
    const prompt = `nada por aqui, ${face || 'casa'}`;
    app.model.reply(prompt, {
      status: 429,
      error: { code: 'insufficient_quota', type: 'insufficient_quota', message: 'pay' },
    });
    const answer = await app.inject('POST', `${face}/agent/${shop.agentId}/conversation`, {
      token: shop.token,
      body: { contextId: 'x', prompt },
    });
    expect([answer.status, answer.body.code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
  });
});
