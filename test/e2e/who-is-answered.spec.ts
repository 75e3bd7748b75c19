import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

const phone = (shop: Shop, number: string) => app.gateway.phone(shop.instanceName, { number, name: 'Ana' });
const chatOf = (shop: Shop, done: (row: Record<string, unknown> | undefined) => boolean) =>
  app.until('SELECT * FROM chats WHERE workspace_id = $1', [shop.workspaceId], done);
const lastTurn = (shop: Shop, state: string, reason?: string) =>
  app.until(
    'SELECT * FROM turns WHERE workspace_id = $1 ORDER BY first_at DESC, id DESC LIMIT 1',
    [shop.workspaceId],
    (row) => row?.['state'] === state && (reason === undefined || row?.['reason'] === reason),
  );
const configure = async (shop: Shop, body: Record<string, unknown>) => {
  const answer = await app.inject('PUT', `/channel/${shop.channelId}/config`, { token: shop.token, body });
  expect(answer.status).toBe(200);
};
const notices = async (shop: Shop, query = '') =>
  (await app.inject('GET', `/workspace/${shop.workspaceId}/notices${query}`, { token: shop.token })).body.data;

describe('whom the agent answers', () => {
  it('after the start trigger, until the end trigger', async () => {
    const shop = await app.openShop();
    await configure(shop, { startTrigger: 'promoção', endTrigger: 'tchau' });
    const ana = await phone(shop, '5581999960001');
    await ana.say('oi');
    await lastTurn(shop, 'SKIPPED', 'not_triggered');
    await ana.say('vi a PROMOCAO');
    await lastTurn(shop, 'DONE');
    await ana.say('quanto custa?');
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state = 'DONE'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 2,
    );
    await ana.say('Tchau!');
    await lastTurn(shop, 'SKIPPED', 'end_trigger');
    expect(await chatOf(shop, () => true)).toMatchObject({ triggered: false, finished: true, human_talk: false });
    await ana.say('quanto custa?');
    await lastTurn(shop, 'SKIPPED', 'not_triggered');
  });

  it('not in private chats where they are off', async () => {
    const shop = await app.openShop();
    await configure(shop, { enablePrivateChatResponse: false });
    await (await phone(shop, '5581999960002')).say('oi');
    await lastTurn(shop, 'SKIPPED', 'private_off');
  });

  it('not who asks for a person: the chat waits for one, the customer hears it, people are told', async () => {
    const shop = await app.openShop();
    await configure(shop, { waitingMessageEnabled: true, waitingMessageText: 'Já chamo alguém.' });
    const ana = await phone(shop, '5581999960003');
    await ana.say('Quero falar com uma pessoa');
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Já chamo alguém.']);
    await chatOf(shop, (row) => row?.['human_talk'] === true);
    const [notice, ...others] = await notices(shop, '?unread=true');
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ kind: 'chat.needs_person', message: 'A customer waits for a person', readAt: null });
    const path = `/workspace/${shop.workspaceId}/notice/${notice.id}/read`;
    expect((await app.inject('PUT', path, { token: shop.token })).status).toBe(200);
    expect(await notices(shop, '?unread=true')).toEqual([]);
    const spanish = await app.inject('GET', `/workspace/${shop.workspaceId}/notices?unread=false`, {
      token: shop.token,
      headers: { 'accept-language': 'es' },
    });
    expect(spanish.body.data).toMatchObject([{ message: 'Un cliente espera a una persona' }]);
  });

  it('not what is old, unless something fresh came with it, and once a chat', async () => {
    const shop = await app.openShop({ settings: { messageGroupingTime: 'FIVE_SEC' } });
    const anHourAgo = Date.now() - 3_600_000;
    const phones = await Promise.all(Array.from({ length: 50 }, (_, i) => phone(shop, `55819998${10_000 + i}`)));
    await Promise.all(
      phones.flatMap((customer, i) =>
        Array.from({ length: 10 }, (_, n) =>
          customer.say(`mensagem ${n} de ${i}`, { at: i < 25 || n < 9 ? anHourAgo + n * 1_000 : Date.now() }),
        ),
      ),
    );
    await app.until(
      `SELECT count(*)::int AS n FROM messages WHERE workspace_id = $1 AND role = 'user'`,
      [shop.workspaceId],
      (row) => row?.['n'] === 500,
    );
    await app.until(
      `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND state NOT IN ('DONE', 'SKIPPED')`,
      [shop.workspaceId],
      (row) => row?.['n'] === 0,
    );
    const { rows } = await app.db.query(
      `SELECT state, reason, count(*)::int AS n, min(cardinality(inbound_ids)) AS least FROM turns
       WHERE workspace_id = $1 GROUP BY 1, 2 ORDER BY 1`,
      [shop.workspaceId],
    );
    expect(rows).toEqual([
      { state: 'DONE', reason: null, n: 25, least: 10 },
      { state: 'SKIPPED', reason: 'stale', n: 25, least: 10 },
    ]);
  });

  it('until the daily limit; people are told once', async () => {
    const shop = await app.openShop();
    await app.db.query('UPDATE agent_settings SET max_daily_messages = 1 WHERE workspace_id = $1', [shop.workspaceId]);
    const ana = await phone(shop, '5581999960005');
    await ana.say('um');
    await lastTurn(shop, 'DONE');
    for (const n of [1, 2]) {
      await ana.say(`mais ${n}`);
      await app.until(
        `SELECT count(*)::int AS n FROM turns WHERE workspace_id = $1 AND reason = 'daily_limit'`,
        [shop.workspaceId],
        (row) => row?.['n'] === n,
      );
    }
    expect(await notices(shop)).toMatchObject([{ kind: 'chat.daily_limit', times: 1 }]);
    const { rows } = await app.db.query(
      `SELECT c.hushed_until AT TIME ZONE w.timezone = date_trunc('day', now() AT TIME ZONE w.timezone) + interval '1 day' AS ok
       FROM chats c JOIN workspaces w ON w.id = c.workspace_id WHERE c.workspace_id = $1`,
      [shop.workspaceId],
    );
    expect(rows).toEqual([{ ok: true }]);
  });

  it('until it meets another machine', async () => {
    const shop = await app.openShop();
    const bot = await phone(shop, '5581999960006');
    // The gateway counts a send once it has reached the phone: the other machine answers that instant.
    let said = 0;
    const stop = app.gateway.onSend((send) => {
      if (send.instance === shop.instanceName && said < 30) void bot.say(`Resposta automática ${said++}`);
    });
    await bot.say('Olá, sou um robô.');
    await chatOf(shop, (row) => row?.['human_talk'] === true);
    stop();
    expect(await notices(shop)).toMatchObject([{ kind: 'chat.loop' }]);
    expect(said).toBeLessThanOrEqual(10);
  });

  it('a chatty person to the end', async () => {
    const shop = await app.openShop({ settings: { messageGroupingTime: 'FIVE_SEC' } });
    const ana = await phone(shop, '5581999960007');
    for (let i = 0; i < 20; i++) await ana.say(`e mais isto ${i}`);
    await ana.waitForMessages(1, 20_000);
    const turn = await lastTurn(shop, 'DONE');
    expect(turn['inbound_ids']).toHaveLength(20);
    expect(await chatOf(shop, () => true)).toMatchObject({ human_talk: false });
    expect(await notices(shop)).toEqual([]);
  });
});

describe('its settings', () => {
  it('are what GET answers and PUT takes; the published face has none of the new ones', async () => {
    const shop = await app.openShop();
    const path = `/agent/${shop.agentId}/settings`;
    const changed = {
      staleAfterMinutes: 5,
      answerStale: true,
      giveBackMinutes: 15,
      workingHours: [{ dayWeek: 1, active: true, hours: [{ start: '08:00', end: '12:00' }] }],
      outOfHoursMessage: 'Abrimos às 8.',
      maxTurnSteps: 4,
    };
    const put = (body: unknown, at = path) => app.inject('PUT', at, { token: shop.token, body });
    expect((await put(changed)).status).toBe(200);
    const shown = (await app.inject('GET', path, { token: shop.token })).body.data;
    expect(shown).toMatchObject(changed);
    const count = async () =>
      (await app.db.query(`SELECT count(*)::int AS n FROM audit_events WHERE action = 'agentSettings.updated'`)).rows[0]
        .n;
    const before = await count();
    expect((await put(shown)).status).toBe(200);
    expect(await count()).toBe(before);
    const published = (await app.inject('GET', `/v2${path}`, { token: shop.token })).body;
    expect(Object.keys(published)).not.toContain('staleAfterMinutes');
    await put({ staleAfterMinutes: 9 }, `/v2${path}`);
    expect((await app.inject('GET', path, { token: shop.token })).body.data.staleAfterMinutes).toBe(5);
    for (const wrong of [{ staleAfterMinutes: 0 }, { giveBackMinutes: 0 }, { workingHours: [{ dayWeek: 7 }] }])
      expect((await put(wrong)).status).toBe(400);
    expect((await put({ workingHours: null, giveBackMinutes: null, outOfHoursMessage: '' })).status).toBe(200);
    expect((await app.inject('GET', path, { token: shop.token })).body.data).toMatchObject({
      workingHours: null,
      giveBackMinutes: null,
      outOfHoursMessage: null,
    });
  });

  it('a workspace has a time zone', async () => {
    const shop = await app.openShop();
    const path = `/workspaces/${shop.workspaceId}`;
    const put = (body: unknown) => app.inject('PUT', path, { token: shop.token, body });
    expect((await put({ name: 'Doces', timezone: 'Europe/Lisbon' })).body.data.timezone).toBe('Europe/Lisbon');
    expect((await put({ name: 'Doces' })).body.data.timezone).toBe('Europe/Lisbon');
    expect((await put({ name: 'Doces', timezone: 'Mars/Olympus' })).status).toBe(400);
    expect((await app.inject('GET', path, { token: shop.token })).body.data.timezone).toBe('Europe/Lisbon');
  });
});
