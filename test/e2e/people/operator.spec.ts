import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

const OPERATORS = ['operations@example.com', 'unproven@example.com'];
const password = 'correct horse battery';

let app: TestApp;
let operator: string;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp({ OPERATOR_EMAILS: ` ${OPERATORS.join(', ').toUpperCase()} `, TRIAL_CREDITS: '100' });
  operator = await signUp('operations@example.com');
  await app.db.query('UPDATE users SET email_verified_at = now() WHERE email = $1', ['operations@example.com']);
  ana = await app.register();
  await app.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [ana.userId]);
});
afterAll(() => app.close());

const signUp = async (email: string): Promise<string> => {
  const answer = await app.inject('POST', '/auth/register', { body: { name: 'Operations', email, password } });
  return answer.body.data.accessToken;
};
const operate = (method: string, path: string, body?: unknown) =>
  app.inject(method, `/operator${path}`, { token: operator, body });

const ROUTES: [method: string, path: string, body?: unknown][] = [
  ['GET', '/workspaces'],
  ['POST', '/workspaces/:workspaceId/credits', { amount: 5 }],
  ['PUT', '/workspaces/:workspaceId/suspend'],
  ['PUT', '/workspaces/:workspaceId/resume'],
  ['GET', '/models'],
  ['PUT', '/models/SOME', { providerModel: 'some' }],
  ['DELETE', '/models/SOME'],
];

describe('operator routes', () => {
  it('refuse owners, and whoever has an operator’s address without having proven it', async () => {
    const unproven = await signUp('unproven@example.com');
    for (const token of [ana.token, unproven]) {
      for (const [method, path, body] of ROUTES) {
        const route = `/operator${path.replace(':workspaceId', ana.workspaceId)}`;
        const answer = await app.inject(method, route, { token, body });
        expect([route, answer.status, answer.body.code]).toEqual([route, 403, 'FORBIDDEN']);
      }
    }
    const { rows } = await app.db.query('SELECT credits, suspended_at FROM workspaces WHERE id = $1', [
      ana.workspaceId,
    ]);
    expect(rows).toEqual([{ credits: 100, suspended_at: null }]);
  });

  it('do not exist under /v2, and want a sign-in', async () => {
    expect((await app.inject('GET', '/v2/operator/workspaces', { token: operator })).status).toBe(404);
    expect((await app.inject('GET', '/operator/workspaces')).status).toBe(401);
  });

  it('do not open the workspaces of others to an operator', async () => {
    expect((await app.inject('GET', `/workspaces/${ana.workspaceId}`, { token: operator })).status).toBe(404);
    expect((await app.inject('GET', `/workspace/${ana.workspaceId}/chats`, { token: operator })).status).toBe(404);
  });

  it('list all workspaces, the newest first', async () => {
    const zoe = await app.register('Zoe');
    const page = await operate('GET', '/workspaces?pageSize=1');
    expect(page.body.data).toEqual([
      {
        id: zoe.workspaceId,
        name: expect.stringContaining('Zoe'),
        status: 'TRIAL',
        credits: 100,
        members: 1,
        suspendedAt: null,
        deletedAt: null,
        createdAt: expect.any(String),
      },
    ]);
    expect(page.body.meta.total).toBeGreaterThan(2);
    const found = await operate('GET', '/workspaces?query=zoe');
    expect(found.body.data.map((w: { id: string }) => w.id)).toEqual([zoe.workspaceId]);
    expect((await operate('GET', '/workspaces?page=none')).status).toBe(400);
  });
});

describe('granting credits', () => {
  const grant = (workspaceId: string, body: unknown) => operate('POST', `/workspaces/${workspaceId}/credits`, body);

  it('moves the balance, shows in the ledger, and is written down', async () => {
    const { workspaceId, token } = await app.register();
    const granted = await grant(workspaceId, { amount: 250, note: ' Order 1042 ' });
    expect([granted.status, granted.body]).toEqual([201, { data: { credits: 350, status: 'TRIAL' } }]);
    const ledger = await app.inject('GET', `/workspaces/${workspaceId}/credit-entries`, { token });
    expect(ledger.body.data[0]).toMatchObject({ amount: 250, kind: 'GRANT', note: 'Order 1042' });
    const sum = ledger.body.data.reduce((total: number, entry: { amount: number }) => total + entry.amount, 0);
    const balance = await app.inject('GET', `/v2/workspace/${workspaceId}/credits`, { token });
    expect([sum, balance.body.credits]).toEqual([350, 350]);
    const audit = await app.inject('GET', `/workspaces/${workspaceId}/audit-events`, { token });
    expect(audit.body.data[0]).toMatchObject({ action: 'credits.granted', details: { amount: 250 } });
  });

  it('takes back no more than there is, also when asked twice at once', async () => {
    const { workspaceId } = await app.register();
    const both = await Promise.all([grant(workspaceId, { amount: -60 }), grant(workspaceId, { amount: -60 })]);
    expect(both.map((a) => a.status).sort()).toEqual([201, 409]);
    expect(both.find((a) => a.status === 409)!.body.code).toBe('CONFLICT');
    expect((await grant(workspaceId, { amount: -40 })).body.data.credits).toBe(0);
    expect((await grant(workspaceId, { amount: 1_000_000_000 })).status).toBe(201);
    expect((await grant(workspaceId, { amount: 1_000_000_000 })).status).toBe(201);
    expect((await grant(workspaceId, { amount: 1 })).status).toBe(409);
  });

  it('refuses what is no amount, and a workspace that is not there', async () => {
    for (const amount of [0, 1.5, '5', 1e12, null]) {
      expect([amount, (await grant(ana.workspaceId, { amount })).status]).toEqual([amount, 400]);
    }
    expect((await grant(randomUUID(), { amount: 1 })).status).toBe(404);
    expect((await grant('x', { amount: 1 })).status).toBe(400);
  });
});

describe('suspending', () => {
  const put = (workspaceId: string, what: 'suspend' | 'resume') => operate('PUT', `/workspaces/${workspaceId}/${what}`);

  it('leaves reading only; what customers write is kept and not answered, until the workspace goes on', async () => {
    const shop = await app.openShop();
    const { token, workspaceId } = shop;
    app.model.reply('tem bolo', 'Tem.');
    expect((await put(workspaceId, 'suspend')).body).toEqual({ data: { success: true } });
    expect((await put(workspaceId, 'suspend')).status).toBe(200);
    const phone = await app.gateway.phone(shop.instanceName, { number: '5581999990221', name: 'Ana' });
    await phone.say('Olá, tem bolo?');
    const turn = 'SELECT state, reason FROM turns WHERE workspace_id = $1 ORDER BY first_at DESC LIMIT 1';
    const ended = await app.until(turn, [workspaceId], (row) => row?.['state'] === 'SKIPPED');
    expect(ended['reason']).toBe('workspace_suspended');
    const messages = 'SELECT text FROM messages WHERE workspace_id = $1';
    expect((await app.db.query(messages, [workspaceId])).rows).toEqual([{ text: 'Olá, tem bolo?' }]);

    const workspace = (await app.inject('GET', `/workspaces/${workspaceId}`, { token })).body.data;
    expect(workspace.suspendedAt).toEqual(expect.any(String));
    expect((await app.inject('GET', `/workspace/${workspaceId}/chats`, { token })).body.data).toHaveLength(1);
    const refused = [
      await app.inject('PUT', `/workspaces/${workspaceId}`, { token, body: { name: 'x' } }),
      await app.inject('PUT', `/agent/${shop.agentId}`, { token, body: { name: 'x' } }),
      await app.inject('DELETE', `/workspaces/${workspaceId}`, { token, body: { name: workspace.name } }),
    ];
    expect(refused.map((a) => [a.status, a.body.code])).toEqual(Array(3).fill([403, 'WORKSPACE_SUSPENDED']));

    expect((await put(workspaceId, 'resume')).status).toBe(200);
    await phone.say('E agora, tem bolo?');
    await phone.waitForMessages(1, 15_000);
    expect(phone.received.map((m) => m.text)).toEqual(['Tem.']);
    const audit = await app.inject('GET', `/workspaces/${workspaceId}/audit-events`, { token });
    const actions = audit.body.data.map((e: { action: string }) => e.action);
    // The second suspension changed nothing and says nothing.
    expect(actions.filter((a: string) => /suspended|resumed/.test(a))).toEqual([
      'workspace.resumed',
      'workspace.suspended',
    ]);
  });

  it('knows no workspace that is not there', async () => {
    for (const what of ['suspend', 'resume'] as const) {
      expect((await put(randomUUID(), what)).status).toBe(404);
      expect((await put('x', what)).status).toBe(400);
    }
  });
});

describe('the registry of models', () => {
  const path = '/models/HOUSE_MODEL';
  const entry = { name: 'HOUSE_MODEL', providerModel: 'house-1', successor: null, shutdownAt: null };

  it('is edited whole, and every agent has the new entry at once', async () => {
    const shop = await app.openShop({ settings: { prefferModel: 'HOUSE_MODEL' } });
    const phone = await app.gateway.phone(shop.instanceName, { number: '5581999990222', name: 'Ana' });
    const servedNow = async (words: string) => {
      app.model.reply(words, 'Sim.', { times: 1 });
      const before = phone.received.length;
      await phone.say(words);
      await phone.waitForMessages(before + 1, 15_000);
      const request = app.model.requests.findLast((r) => JSON.stringify(r.body).includes(words));
      return (request!.body as { model: string }).model;
    };
    expect(await servedNow('primeira')).toBe('HOUSE_MODEL');
    expect((await operate('PUT', path, { providerModel: 'house-1' })).body).toEqual({ data: entry });
    expect(await servedNow('segunda')).toBe('house-1');
    const listed = (await operate('GET', '/models')).body.data.find((m: { name: string }) => m.name === entry.name);
    expect(listed).toEqual(entry);
    const changed = { ...listed, providerModel: 'house-2', successor: 'GPT_5', shutdownAt: '2027-03-31' };
    expect((await operate('PUT', path, changed)).body).toEqual({ data: changed });
    expect(await servedNow('terceira')).toBe('house-2');
    expect((await operate('DELETE', path)).body).toEqual({ data: { success: true } });
    expect(await servedNow('quarta')).toBe('HOUSE_MODEL');
    expect((await operate('DELETE', path)).status).toBe(404);
    const { rows } = await app.db.query(
      `SELECT e.action, e.details ->> 'name' AS name FROM account_events e JOIN users u ON u.id = e.user_id
       WHERE u.email = $1 AND e.action LIKE 'model.%' ORDER BY e.created_at`,
      ['operations@example.com'],
    );
    expect(rows).toEqual(
      ['model.saved', 'model.saved', 'model.removed'].map((action) => ({ action, name: 'HOUSE_MODEL' })),
    );
  });

  it('refuses what is no entry', async () => {
    const bodies = [
      {},
      { providerModel: '' },
      { providerModel: 'x', shutdownAt: 'soon' },
      { providerModel: 'x', shutdownAt: '0000-01-01' },
    ];
    for (const body of bodies) expect([body, (await operate('PUT', path, body)).status]).toEqual([body, 400]);
    expect((await operate('PUT', '/models/%20', { providerModel: 'x' })).status).toBe(400);
    expect((await operate('DELETE', '/models/%20')).status).toBe(400);
  });
});
