import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let phones = 0;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

const rows = async (shop: Shop, sql: string) => (await app.db.query(sql, [shop.workspaceId])).rows;
const must = async (shop: Shop, method: string, path: string, body?: unknown) => {
  const answer = await app.inject(method, path, { token: shop.token, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
};
const promptWith = (text: string) =>
  JSON.stringify(app.model.requests.findLast((r) => JSON.stringify(r.body).includes(text))?.body);

/** A shop with this plan for silence whose agent just answered Ana. */
async function silentChat(plan: object) {
  const shop = await app.openShop();
  await must(shop, 'PUT', `/agent/${shop.agentId}/idle-actions`, plan);
  await must(shop, 'PUT', `/agent/${shop.agentId}/webhooks`, { onFinishInteraction: 'https://hooks.example.com/x' });
  const number = `558199998${String(phones++).padStart(4, '0')}`;
  const ana = app.gateway.phone(shop.instanceName, { number, name: 'Ana' });
  await ana.say('Bom dia');
  await ana.waitForMessages(1, 15_000);
  const { chat_id: chatId } = await app.until<{ chat_id: string }>(
    `SELECT chat_id FROM timers WHERE workspace_id = $1 AND key = 'idle:begin' AND state = 'DONE'`,
    [shop.workspaceId],
    (row) => row !== undefined,
  );
  return { shop, ana, chatId };
}
/** Makes what is pending fall due now. */
const fallDue = (shop: Shop, kind: string) =>
  app.db.query(`UPDATE timers SET due_at = now() WHERE workspace_id = $1 AND kind = $2 AND state = 'PENDING'`, [
    shop.workspaceId,
    kind,
  ]);
const timers = (shop: Shop) =>
  rows(shop, `SELECT kind, state, reason FROM timers WHERE workspace_id = $1 AND key <> 'idle:begin' ORDER BY due_at`);
const settled = (shop: Shop, kind: string) =>
  app.until(
    `SELECT state FROM timers WHERE workspace_id = $1 AND kind = $2 AND key <> 'idle:begin' ORDER BY state = 'PENDING' DESC`,
    [shop.workspaceId, kind],
    (row) => row?.['state'] !== 'PENDING',
  );
const ask = { type: 'SEND_MESSAGE', instructions: 'Pergunte se ainda precisa de ajuda.', seconds: 600 };

describe('a customer who falls silent', () => {
  it('is written to once, on the instructions of the action, and not again for the same silence', async () => {
    const { shop, ana } = await silentChat({ actions: [ask], finishOn: null });
    app.model.reply((body) => JSON.stringify(body).includes('ainda precisa'), 'Ainda posso ajudar?', { times: 1 });
    await fallDue(shop, 'IDLE_ACTION');
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.map((m) => m.text).at(-1)).toBe('Ainda posso ajudar?');
    expect(promptWith('Pergunte se ainda precisa')).toContain('(no new message from the customer)');
    await app.until(
      `SELECT state FROM turns WHERE workspace_id = $1 AND cause = 'IDLE'`,
      [shop.workspaceId],
      (row) => row?.['state'] === 'DONE',
    );
    expect(await timers(shop)).toEqual([{ kind: 'IDLE_ACTION', state: 'DONE', reason: null }]);
    expect(await rows(shop, `SELECT 1 FROM timers WHERE workspace_id = $1 AND state = 'PENDING'`)).toEqual([]);
  });

  it('who writes first is answered, and the action is void until the next silence', async () => {
    const { shop, ana } = await silentChat({ actions: [ask], finishOn: { seconds: 900 } });
    await app.db.query(`UPDATE idle_plans SET actions = '[]', finish_on_seconds = NULL WHERE workspace_id = $1`, [
      shop.workspaceId,
    ]);
    await ana.say('Ainda estou aqui');
    await ana.waitForMessages(2, 15_000);
    expect(await timers(shop)).toEqual([
      { kind: 'IDLE_ACTION', state: 'CANCELED', reason: 'customer_wrote' },
      { kind: 'IDLE_FINISH', state: 'CANCELED', reason: 'customer_wrote' },
    ]);
    expect(await rows(shop, `SELECT cause FROM turns WHERE workspace_id = $1 AND cause = 'IDLE'`)).toEqual([]);
  });

  it('who writes while the agent thinks of what to ask is answered instead', async () => {
    const { shop, ana } = await silentChat({ actions: [ask], finishOn: null });
    const idleTurn = (state: string) =>
      app.until(
        `SELECT state, reason FROM turns WHERE workspace_id = $1 AND cause = 'IDLE'`,
        [shop.workspaceId],
        (row) => row?.['state'] === state,
      );
    app.model.reply('Voltei', 'Que bom!', { times: 1 });
    const held = app.model.hold();
    try {
      await fallDue(shop, 'IDLE_ACTION');
      await idleTurn('THINKING');
      await ana.say('Voltei');
      expect(await idleTurn('SKIPPED')).toMatchObject({ reason: 'customer_wrote' });
    } finally {
      held.release();
    }
    await ana.waitForMessages(2, 15_000);
    expect(ana.received.map((m) => m.text).slice(1)).toEqual(['Que bom!']);
  });

  it('is left alone while a person has the chat', async () => {
    const { shop, chatId } = await silentChat({ actions: [ask], finishOn: { seconds: 900 } });
    await must(shop, 'PUT', `/v2/chat/${chatId}/start-human`);
    expect(await timers(shop)).toEqual([
      { kind: 'IDLE_ACTION', state: 'CANCELED', reason: 'human' },
      { kind: 'IDLE_FINISH', state: 'CANCELED', reason: 'human' },
    ]);
  });

  it('has the interaction finished, the owner’s hook is told, and the next message begins another', async () => {
    const { shop, ana, chatId } = await silentChat({ actions: [], finishOn: { seconds: 900 } });
    await app.db.query(`UPDATE chats SET agent_id = $2, return_agent_id = NULL, triggered = true WHERE id = $1`, [
      chatId,
      shop.agentId,
    ]);
    await fallDue(shop, 'IDLE_FINISH');
    await settled(shop, 'IDLE_FINISH');
    expect(await rows(shop, `SELECT status, resolved_by FROM interactions WHERE workspace_id = $1`)).toEqual([
      { status: 'RESOLVED', resolved_by: 'IDLE' },
    ]);
    expect(await rows(shop, `SELECT finished, agent_id, triggered FROM chats WHERE workspace_id = $1`)).toEqual([
      { finished: true, agent_id: null, triggered: false },
    ]);
    expect(
      await rows(shop, `SELECT event, payload ->> 'resolvedBy' AS by FROM hook_deliveries WHERE workspace_id = $1`),
    ).toContainEqual({ event: 'onFinishInteraction', by: 'IDLE' });
    await ana.say('Oi de novo');
    await ana.waitForMessages(2, 15_000);
    expect(await rows(shop, `SELECT status FROM interactions WHERE workspace_id = $1 ORDER BY start_at`)).toEqual([
      { status: 'RESOLVED' },
      { status: 'RUNNING' },
    ]);
  });

  it('finished by a person: who did it is known, the hook is told, and silence leads to nothing more', async () => {
    const { shop, chatId } = await silentChat({ actions: [ask], finishOn: null });
    await must(shop, 'PUT', `/v2/chat/${chatId}/finish`);
    expect(await rows(shop, `SELECT status, resolved_by FROM interactions WHERE workspace_id = $1`)).toEqual([
      { status: 'RESOLVED', resolved_by: 'PERSON' },
    ]);
    expect(await timers(shop)).toEqual([{ kind: 'IDLE_ACTION', state: 'CANCELED', reason: 'resolved' }]);
    expect(
      await rows(shop, `SELECT event, payload ->> 'resolvedBy' AS by FROM hook_deliveries WHERE workspace_id = $1`),
    ).toContainEqual({ event: 'onFinishInteraction', by: 'PERSON' });
  });
});
