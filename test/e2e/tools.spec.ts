import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

let number = 5581999980000;
const customer = (shop: Shop) => app.gateway.phone(shop.instanceName, { number: String(number++), name: 'Ana' });
const rows = async (sql: string, shop: Shop) => (await app.db.query(sql, [shop.workspaceId])).rows;
const steps = (shop: Shop) =>
  rows(
    `SELECT s.n, s.kind, s.name, s.state, s.result FROM turn_steps s
     JOIN turns t ON t.workspace_id = s.workspace_id AND t.id = s.turn_id
     WHERE s.workspace_id = $1 ORDER BY t.first_at, s.n`,
    shop,
  );
const lastTurn = (shop: Shop, state: string) =>
  app.until(
    `SELECT * FROM turns WHERE workspace_id = $1 AND kind = 'ANSWER' AND state IN ('DONE', 'SKIPPED', 'FAILED') ORDER BY first_at DESC`,
    [shop.workspaceId],
    (row) => row?.['state'] === state,
  );
/** Scripts what the model answers to this customer, call by call. */
function script(shop: Shop, ...answers: Parameters<TestApp['model']['reply']>[1][]) {
  const marker = `#${shop.agentId.slice(-8)}`;
  let n = 0;
  for (const [i, answer] of answers.entries()) {
    // What is asked for the notes of a finished conversation is no answer to anybody.
    const fits = (text: string) => text.includes(marker) && !text.includes('You keep the notes');
    app.model.reply((body) => fits(JSON.stringify(body)) && n === i && ++n > 0, answer, { times: 1 });
  }
  return marker;
}
const call = (name: string, args: Record<string, unknown> | string = {}) => ({
  toolCalls: [{ name, arguments: args }],
});
const requestsWith = (marker: string) => app.model.requests.filter((r) => JSON.stringify(r.body).includes(marker));

describe('an agent with tools', () => {
  it('hands over to a person: the words and the hand-over come together, and every call is in the journal', async () => {
    const shop = await app.openShop();
    const marker = script(
      shop,
      call('transfer_to_human', { reason: 'quer reclamar' }),
      'Claro.\n\nJá chamei uma pessoa da equipe para falar com você sobre isso, um momento por favor, ela já vem.',
    );
    const ana = customer(shop);
    await ana.say(`quero reclamar ${marker}`);
    await ana.waitForMessages(1, 15_000);
    await lastTurn(shop, 'DONE');
    expect(await steps(shop)).toMatchObject([
      { n: 1, kind: 'MODEL', state: 'DONE' },
      { n: 2, kind: 'TOOL', name: 'transfer_to_human', state: 'DONE' },
      { n: 3, kind: 'MODEL', state: 'DONE' },
    ]);
    expect(await rows(`SELECT human_talk, epoch FROM chats WHERE workspace_id = $1`, shop)).toEqual([
      { human_talk: true, epoch: 1 },
    ]);
    expect(await rows(`SELECT status FROM interactions WHERE workspace_id = $1`, shop)).toEqual([
      { status: 'WAITING' },
    ]);
    expect(await rows(`SELECT kind, details FROM notices WHERE workspace_id = $1`, shop)).toEqual([
      { kind: 'chat.needs_person', details: { reason: 'quer reclamar' } },
    ]);
    // The second request shows the call and what came of it.
    const second = requestsWith(marker)[1]!.body.messages;
    expect(second.at(-1)).toMatchObject({ role: 'tool', content: expect.stringContaining('"ok":true') });

    await ana.say('alguém aí?');
    await lastTurn(shop, 'SKIPPED');
    expect(requestsWith(marker)).toHaveLength(2);
  });

  it('is told the waiting words of its channel last', async () => {
    const shop = await app.openShop();
    await app.inject('PUT', `/v2/channel/${shop.channelId}/config`, {
      token: shop.token,
      body: { waitingMessageEnabled: true, waitingMessageText: 'Aguarde na fila.' },
    });
    const marker = script(shop, call('transfer_to_human', { reason: 'x' }), 'Certo!');
    const ana = customer(shop);
    await ana.say(`pessoa ${marker}`);
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Certo!', 'Aguarde na fila.']);
  });

  it('never promises a person who does not come', async () => {
    const shop = await app.openShop();
    const marker = script(
      shop,
      'Vou te transferir para um atendente.',
      call('transfer_to_human', { reason: 'prometi' }),
      'Pronto, chamei.',
    );
    const ana = customer(shop);
    await ana.say(`ajuda ${marker}`);
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Pronto, chamei.']);
    expect(await rows(`SELECT human_talk FROM chats WHERE workspace_id = $1`, shop)).toEqual([{ human_talk: true }]);

    const other = await app.openShop();
    const again = script(other, 'Vou te transferir para um atendente.', 'Estou transferindo você para um atendente!');
    const rui = customer(other);
    await rui.say(`ajuda ${again}`);
    await rui.waitForMessages(1, 15_000);
    expect(await rows(`SELECT human_talk FROM chats WHERE workspace_id = $1`, other)).toEqual([{ human_talk: true }]);
  });

  it('hands over to another agent, who goes on at once, and back when the matter is settled', async () => {
    const shop = await app.openShop();
    const { token } = shop;
    const made = await app.inject('POST', `/v2/workspace/${shop.workspaceId}/agents`, {
      token,
      body: { name: 'Caio', behavior: 'Você vende.' },
    });
    const sales = made.body.id;
    await app.inject('PUT', `/v2/agent/${sales}/settings`, { token, body: { messageGroupingTime: 'NO_GROUP' } });
    await app.inject('POST', `/v2/agent/${shop.agentId}/transfer-rules`, {
      token,
      body: { type: 'AGENT', agentId: sales, instructions: 'Quando quiser comprar', returnOnFinish: true },
    });
    const marker = script(
      shop,
      call('transfer_to_agent', { reason: 'quer comprar', rule: 'rule_1' }),
      'Passo para o Caio.',
      'Oi, sou o Caio!',
      call('resolve'),
      'Fechado!',
      'De volta com a Bia.',
    );
    const ana = customer(shop);
    await ana.say(`comprar ${marker}`);
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Passo para o Caio.', 'Oi, sou o Caio!']);
    const greeting = JSON.stringify(requestsWith(marker)[2]!.body);
    expect(greeting).toContain('Você vende.');
    expect(greeting).toContain('quer comprar');

    await ana.say('comprei, obrigada');
    await ana.waitForMessages(3, 15_000);
    await app.until(
      `SELECT status, resolved_by FROM interactions WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row?.['status'] === 'RESOLVED' && row['resolved_by'] === 'AGENT',
    );
    expect(await rows(`SELECT agent_id, return_agent_id FROM chats WHERE workspace_id = $1`, shop)).toEqual([
      { agent_id: shop.agentId, return_agent_id: null },
    ]);
    await ana.say(`mais uma coisa ${marker}`);
    await ana.waitForMessages(4, 15_000);
    expect(ana.received.at(-1)!.text).toBe('De volta com a Bia.');
    expect(await rows(`SELECT 1 FROM interactions WHERE workspace_id = $1`, shop)).toHaveLength(2);
  });

  it.each([
    { name: 'an unknown tool', asked: call('fly'), told: 'there is no tool named' },
    { name: 'arguments that do not fit', asked: call('transfer_to_human', { why: 1 }), told: 'invalid arguments' },
    { name: 'arguments that are no JSON', asked: call('resolve', '{"a":'), told: 'no JSON object' },
  ])('is told about $name and goes on', async ({ asked, told }) => {
    const shop = await app.openShop();
    const marker = script(shop, asked, 'Desculpe, não consigo.');
    const ana = customer(shop);
    await ana.say(`faça ${marker}`);
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Desculpe, não consigo.']);
    expect(JSON.stringify(requestsWith(marker)[1]!.body.messages.at(-1))).toContain(told);
    expect(await rows(`SELECT human_talk FROM chats WHERE workspace_id = $1`, shop)).toEqual([{ human_talk: false }]);
  });

  it('cannot call for ever: the last call it may make is one without tools', async () => {
    const shop = await app.openShop();
    await app.db.query(`UPDATE agent_settings SET max_turn_steps = 5 WHERE workspace_id = $1`, [shop.workspaceId]);
    const again = call('fly', { n: 1 });
    const marker = script(shop, again, again, again, again, 'Não deu.');
    const ana = customer(shop);
    await ana.say(`voe ${marker}`);
    await ana.waitForMessages(1, 15_000);
    const requests = requestsWith(marker);
    expect(requests).toHaveLength(5);
    expect(requests.map((r) => r.body.tools !== undefined)).toEqual([true, true, true, true, false]);
  });

  it('goes to a person where even that does not end it', async () => {
    const shop = await app.openShop();
    await app.db.query(`UPDATE agent_settings SET max_turn_steps = 2 WHERE workspace_id = $1`, [shop.workspaceId]);
    const marker = script(shop, call('fly'), call('fly'), 'nunca');
    const ana = customer(shop);
    await ana.say(`voe ${marker}`);
    const turn = await lastTurn(shop, 'FAILED');
    expect(turn['reason']).toBe('turn_limit');
    await ana.waitForMessages(1, 15_000);
    expect(await rows(`SELECT kind, details FROM notices WHERE workspace_id = $1`, shop)).toEqual([
      { kind: 'turn.failed', details: { reason: 'turn_limit' } },
    ]);
  });

  it('does nothing twice: another worker goes on where the journal ends', async () => {
    const shop = await app.openShop();
    const marker = script(shop, call('resolve'), { hang: true }, 'Tudo certo!');
    const ana = customer(shop);
    await ana.say(`acabou ${marker}`);
    await app.until(
      `SELECT count(*)::int AS n FROM turn_steps WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row?.['n'] === 3,
    );
    // Its lease is lost while the second call to the model hangs.
    await app.db.query(`UPDATE turns SET lease_until = now(), owner = NULL WHERE workspace_id = $1`, [
      shop.workspaceId,
    ]);
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Tudo certo!']);
    expect((await steps(shop)).filter((step) => step.kind === 'TOOL')).toHaveLength(1);
    const second = requestsWith(marker).at(-1)!.body.messages;
    expect(second.filter((m: { role: string }) => m.role === 'tool')).toHaveLength(1);
  });
});

describe('why was it silent', () => {
  it('shows every turn with its reason, and one with all it saw, called and said', async () => {
    const shop = await app.openShop();
    const marker = script(shop, call('transfer_to_human', { reason: 'x' }), 'Um momento.');
    const ana = customer(shop);
    await ana.say(`pessoa ${marker}`);
    await ana.waitForMessages(1, 15_000);
    await lastTurn(shop, 'DONE');
    await ana.say('oi?');
    await lastTurn(shop, 'SKIPPED');
    const [chat] = await rows('SELECT id FROM chats WHERE workspace_id = $1', shop);
    const headers = { 'accept-language': 'pt-BR' };
    const list = await app.inject('GET', `/chat/${chat.id}/turns?pageSize=10`, { token: shop.token, headers });
    expect(list.body.data).toMatchObject([
      {
        state: 'SKIPPED',
        reason: 'human',
        explanation: 'Uma pessoa está com este chat, então o agente fica em silêncio.',
      },
      { state: 'DONE', reason: null, explanation: null },
    ]);
    expect(list.body.data[1].inputTokens).toBeGreaterThan(0);
    expect(list.body.meta).toMatchObject({ total: 2, page: 1, pageSize: 10 });
    const turn = await app.inject('GET', `/turn/${list.body.data[1].id}`, { token: shop.token });
    expect(turn.body.data).toMatchObject({
      inbound: [{ text: `pessoa ${marker}` }],
      steps: [{ kind: 'MODEL' }, { kind: 'TOOL', name: 'transfer_to_human', state: 'DONE' }, { kind: 'MODEL' }],
      parts: [{ n: 0, text: 'Um momento.', state: 'SENT' }],
    });
  });

  it('gives back what tools did earlier in the conversation, and nothing of another chat', async () => {
    const shop = await app.openShop();
    const marker = script(shop, call('fly', { secret: 'canario' }), 'Primeira.', 'Segunda.');
    const ana = customer(shop);
    await ana.say(`um ${marker}`);
    await ana.waitForMessages(1, 15_000);
    await app.db.query(`UPDATE turn_steps SET state = 'DONE' WHERE workspace_id = $1 AND kind = 'TOOL'`, [
      shop.workspaceId,
    ]);
    await ana.say(`dois ${marker}`);
    await ana.waitForMessages(2, 15_000);
    const prompt = requestsWith(marker).at(-1)!.body.messages;
    expect(prompt.slice(-3).map((m: { role: string }) => m.role)).toEqual(['assistant', 'tool', 'user']);
    expect(JSON.stringify(prompt)).toContain('canario');
    const rui = customer(shop);
    await rui.say('outro chat');
    await rui.waitForMessages(1, 15_000);
    expect(JSON.stringify(app.model.requests.at(-1)!.body)).not.toContain('canario');
  });
});

describe('newer words', () => {
  it('send the turn back once, so that one reply covers all', async () => {
    const shop = await app.openShop({ settings: { messageGroupingTime: 'FIVE_SEC' } });
    const marker = script(shop, 'Resposta velha.', 'Resposta para tudo.');
    const held = app.model.hold();
    const ana = customer(shop);
    await ana.say(`um bolo ${marker}`);
    await app.model.waitForRequests(app.model.requests.length + 1);
    await ana.say('de cenoura');
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    held.release();
    await ana.waitForMessages(1, 25_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Resposta para tudo.']);
    const prompt = JSON.stringify(requestsWith(marker).at(-1)!.body.messages);
    for (const words of ['um bolo', 'de cenoura']) expect(prompt).toContain(words);
    expect(prompt).not.toContain('Resposta velha.');
    await lastTurn(shop, 'DONE');
    expect(
      await rows(`SELECT state, restarts, cardinality(inbound_ids) AS n FROM turns WHERE workspace_id = $1`, shop),
    ).toEqual([{ state: 'DONE', restarts: 1, n: 2 }]);
  });

  it('wait for the next turn where messages are not grouped', async () => {
    const shop = await app.openShop();
    const marker = script(shop, 'Primeira.', 'Segunda.');
    const held = app.model.hold();
    const ana = customer(shop);
    await ana.say(`um ${marker}`);
    await app.model.waitForRequests(app.model.requests.length + 1);
    await ana.say(`dois`);
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    held.release();
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Primeira.', 'Segunda.']);
  });
});

describe('a person who acts while the agent thinks', () => {
  it('ends the call to the model at once, and no tool of it begins', async () => {
    const shop = await app.openShop();
    const marker = script(shop, { hang: true }, 'Voltei.');
    const ana = customer(shop);
    await ana.say(`oi ${marker}`);
    const chat = await app.until(
      `SELECT t.chat_id FROM turn_steps s JOIN turns t ON t.workspace_id = s.workspace_id AND t.id = s.turn_id WHERE s.workspace_id = $1`,
      [shop.workspaceId],
      Boolean,
    );
    await app.inject('PUT', `/chat/${chat['chat_id']}/start-human`, { token: shop.token });
    await app.inject('PUT', `/chat/${chat['chat_id']}/stop-human`, { token: shop.token });
    // The hanging call would hold the chat for a minute: the next words are answered at once.
    await ana.say('e agora?');
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Voltei.']);
  });
});
