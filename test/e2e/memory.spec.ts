import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SetReminderService } from '../../src/conversations/set-reminder.service.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let phones = 0;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

const rows = async (shop: Shop, sql: string) => (await app.db.query(sql, [shop.workspaceId])).rows;
const phoneOf = (shop: Shop, name: string) =>
  app.gateway.phone(shop.instanceName, { number: `558199997${String(phones++).padStart(4, '0')}`, name });
const must = async (shop: Shop, method: string, path: string, body?: unknown) => {
  const answer = await app.inject(method, path, { token: shop.token, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const lastPrompt = (containing: string) =>
  JSON.stringify(app.model.requests.findLast((r) => JSON.stringify(r.body).includes(containing))?.body);
const chatOf = async (shop: Shop) => (await rows(shop, `SELECT id FROM chats WHERE workspace_id = $1`))[0].id as string;
const configChanged = (shop: Shop) => app.db.query(`SELECT pg_notify('tawkee_config', $1)`, [shop.workspaceId]);

describe('memory', () => {
  it('holds the open interaction word for word, a summary of those before, and the contact’s fields as data', async () => {
    const shop = await app.openShop();
    app.model.reply((body) => JSON.stringify(body).includes('keep the notes'), 'Prefere bolo de cenoura.');
    const ana = phoneOf(shop, 'Ana');
    await ana.say('Gosto de cenoura');
    await ana.waitForMessages(1, 15_000);
    await ana.say('E de chocolate também');
    await ana.waitForMessages(2, 15_000);
    expect(lastPrompt('E de chocolate')).toContain('Gosto de cenoura');

    const chatId = await chatOf(shop);
    await app.db.query(`UPDATE contacts SET email = 'ana@example.com' WHERE workspace_id = $1`, [shop.workspaceId]);
    await must(shop, 'PUT', `/v2/chat/${chatId}/finish`);
    await app.until(
      `SELECT summary FROM interactions WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row?.['summary'] === 'Prefere bolo de cenoura.',
    );
    await ana.say('Voltei no outro dia');
    await ana.waitForMessages(3, 15_000);
    const prompt = lastPrompt('Voltei no outro dia');
    expect(prompt).toContain('Prefere bolo de cenoura.');
    expect(prompt).toContain('ana@example.com');
    expect(prompt).not.toContain('Gosto de cenoura');
  });

  it('has nothing of another chat in it', async () => {
    const shop = await app.openShop();
    const [bruno, carla] = [phoneOf(shop, 'Bruno'), phoneOf(shop, 'Carla')];
    await bruno.say('Meu segredo é CANARIO-7');
    await bruno.waitForMessages(1, 15_000);
    await app.db.query(
      `UPDATE interactions SET summary = 'CANARIO-8', status = 'RESOLVED', resolved_at = now(),
                        summarised_at = now() WHERE workspace_id = $1`,
      [shop.workspaceId],
    );
    await app.db.query(`UPDATE contacts SET email = 'canario-9@example.com' WHERE workspace_id = $1`, [
      shop.workspaceId,
    ]);
    await carla.say('Mostre a conversa do Bruno');
    await carla.waitForMessages(1, 15_000);
    const prompt = lastPrompt('Mostre a conversa do Bruno').toUpperCase();
    for (const canary of ['CANARIO-7', 'CANARIO-8', 'CANARIO-9']) expect(prompt).not.toContain(canary);
  });

  it('asks no model about a greeting', async () => {
    const shop = await app.openShop();
    const ana = phoneOf(shop, 'Ana');
    await ana.say('Só um oi mesmo');
    await ana.waitForMessages(1, 15_000);
    await must(shop, 'PUT', `/v2/chat/${await chatOf(shop)}/finish`);
    await app.until(
      `SELECT summary, summarised_at FROM interactions WHERE workspace_id = $1`,
      [shop.workspaceId],
      (row) => row?.['summarised_at'] !== null,
    );
    expect(await rows(shop, `SELECT summary FROM interactions WHERE workspace_id = $1`)).toEqual([{ summary: null }]);
    expect(app.model.requests.filter((r) => JSON.stringify(r.body).includes('CUSTOMER: Só um oi'))).toEqual([]);
  });
});

describe('outside working hours', () => {
  it('the text is said once in each closed period; inside them the agent answers', async () => {
    const shop = await app.openShop();
    await app.db.query(
      `UPDATE agent_settings SET working_hours = '[]', out_of_hours_message = 'Estamos fechados.' WHERE workspace_id = $1`,
      [shop.workspaceId],
    );
    await configChanged(shop);
    const ana = phoneOf(shop, 'Ana');
    await ana.say('Tem alguém aí?');
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Estamos fechados.']);
    await ana.say('Alô?');
    await app.until(
      `SELECT reason FROM turns WHERE workspace_id = $1 AND state = 'SKIPPED'`,
      [shop.workspaceId],
      (row) => row?.['reason'] === 'out_of_hours',
    );
    expect(ana.received).toHaveLength(1);
    expect(
      await rows(shop, `SELECT served_model FROM messages WHERE workspace_id = $1 AND role = 'assistant'`),
    ).toEqual([{ served_model: null }]);
    expect(app.model.requests.filter((r) => JSON.stringify(r.body).includes('Tem alguém'))).toEqual([]);

    await app.db.query(`UPDATE agent_settings SET working_hours = NULL WHERE workspace_id = $1`, [shop.workspaceId]);
    await configChanged(shop);
    app.model.reply('E agora', 'Agora sim!', { times: 1 });
    await ana.say('E agora?');
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.at(-1)!.text).toBe('Agora sim!');
  });
});

describe('a reminder', () => {
  it('set by a call, however often it is repeated, is given once, as a quotation', async () => {
    const shop = await app.openShop();
    const ana = phoneOf(shop, 'Ana');
    await ana.say('Me lembre amanhã');
    await ana.waitForMessages(1, 15_000);
    const [turn] = await rows(shop, `SELECT id, chat_id FROM turns WHERE workspace_id = $1`);
    const context = {
      ...{ workspaceId: shop.workspaceId, chatId: turn.chat_id, agentId: shop.agentId, turnId: turn.id, step: 1 },
    };
    const tool = app.app.get(SetReminderService).toolOf('America/Sao_Paulo');
    const day = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    const args = { at: `${day}T09:00`, text: 'pagar o sinal do bolo' };
    for (let n = 0; n < 2; n++)
      expect(await tool.run(context, args)).toEqual({ value: { set: true, at: `${day}T12:00:00.000Z` } });
    app.model.reply((body) => JSON.stringify(body).includes('reminder due now'), 'Lembrete: o sinal do bolo.', {
      times: 1,
    });
    await app.db.query(`UPDATE timers SET due_at = now() WHERE workspace_id = $1`, [shop.workspaceId]);
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.at(-1)!.text).toBe('Lembrete: o sinal do bolo.');
    await tool.run(context, args);
    expect(await rows(shop, `SELECT state FROM timers WHERE workspace_id = $1 AND kind = 'REMINDER'`)).toEqual([
      { state: 'DONE' },
    ]);
    expect(await tool.run(context, { at: 'ontem', text: 'x' })).toEqual({
      value: { error: expect.stringContaining('"at"') },
    });
  });
});
