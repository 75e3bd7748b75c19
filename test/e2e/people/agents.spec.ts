import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp({ OPENAI_MODEL: 'the-default' });
  ana = await app.register();
});
afterAll(() => app.close());

const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: ana.token, body });
const newAgent = async (body: object = { name: 'Bia' }) =>
  (await call('POST', `/v2/workspace/${ana.workspaceId}/agents`, body)).body;
const PUBLISHED_KEYS = 'id name behavior communicationType type avatar jobName jobSite jobDescription'.split(' ');

describe('agents', () => {
  it('are created with the published defaults, and with a channel for the API', async () => {
    const agent = await newAgent();
    expect(agent).toEqual({
      id: expect.any(String),
      name: 'Bia',
      avatar: '',
      behavior: '',
      communicationType: 'NORMAL',
      type: 'SUPPORT',
      jobName: '',
      jobSite: '',
      jobDescription: '',
    });
    const shown = (await call('GET', `/agent/${agent.id}`)).body.data;
    expect(shown).toMatchObject({ avatar: null, jobName: null, jobSite: null, jobDescription: null });
    const own = await call('GET', `/agent/${agent.id}/search?type=API`);
    expect(own.body.data).toMatchObject([{ name: 'API', type: 'API', connected: true, agentId: agent.id }]);
    expect((await call('GET', `/v2/agent/${agent.id}/search`)).body).toEqual({ data: [], count: 0 });
  });

  it('take back what they answered, on both faces', async () => {
    const { id } = await newAgent({ name: 'Bia', type: 'SALE', behavior: 'Breve.' });
    const published = (await call('GET', `/v2/agent/${id}`)).body;
    expect(Object.keys(published)).toEqual(PUBLISHED_KEYS);
    const put = await call('PUT', `/v2/agent/${id}`, { ...published, name: 'Lia' });
    expect(put.body).toEqual({ ...published, name: 'Lia' });
    const own = (await call('GET', `/agent/${id}`)).body.data;
    const again = await call('PUT', `/agent/${id}`, { ...own, jobName: 'Loja' });
    expect(again.body.data).toMatchObject({ name: 'Lia', type: 'SALE', behavior: 'Breve.', jobName: 'Loja' });
    expect(again.body.data.version).toBe(own.version + 1);
    expect((await call('PUT', `/v2/agent/${id}`, { jobName: '' })).body.jobName).toBe('');
    const cleared = await call('PUT', `/agent/${id}`, { behavior: null, jobName: null });
    expect(cleared.body.data).toMatchObject({ behavior: '', jobName: null, name: 'Lia' });
  });

  it('are created with 201 on our own face, and refused with an unknown word', async () => {
    const path = `/workspace/${ana.workspaceId}/agents`;
    const created = await call('POST', path, { name: 'Eva' });
    expect(created.status).toBe(201);
    expect(created.body.data).toMatchObject({ name: 'Eva', isActive: true, version: 1 });
    const refused = await call('POST', path, { name: 'Eva', communicationType: 'SHOUTING' });
    expect(refused.body.errors).toEqual([{ path: 'communicationType', message: expect.any(String) }]);
  });

  it.each(['', '/v2'])('have no picture inside our network (%s)', async (face) => {
    const body = { name: 'Bia', avatar: 'http://192.168.1.1/bia.png' };
    const created = await call('POST', `${face}/workspace/${ana.workspaceId}/agents`, body);
    expect([created.status, created.body.code]).toEqual([400, 'URL_NOT_ALLOWED']);
    const changed = await call('PUT', `${face}/agent/${(await newAgent()).id}`, body);
    expect([changed.status, changed.body.code]).toEqual([400, 'URL_NOT_ALLOWED']);
  });

  it('are listed in pages and found by name', async () => {
    const zoe = await app.register('Zoe');
    const path = `/workspace/${zoe.workspaceId}/agents`;
    for (const name of ['Um', 'Dois', 'Tres 100%', 'Dois mais']) {
      await app.inject('POST', path, { token: zoe.token, body: { name } });
    }
    const second = await app.inject('GET', `${path}?page=2&pageSize=3`, { token: zoe.token });
    expect(second.body.data.map((a: { name: string }) => a.name)).toEqual(['Dois mais']);
    expect(second.body.meta).toEqual({ total: 4, page: 2, pageSize: 3, totalPages: 2 });
    const found = await app.inject('GET', `/v2${path}?query=dois`, { token: zoe.token });
    expect(found.body.map((a: { name: string }) => a.name)).toEqual(['Dois', 'Dois mais']);
    expect(found.headers['x-total-count']).toBe('2');
    const literal = await app.inject('GET', `/v2${path}?query=%25`, { token: zoe.token });
    expect(literal.body.map((a: { name: string }) => a.name)).toEqual(['Tres 100%']);
  });

  it('are switched off and on, and deleted unless a number is theirs', async () => {
    const { id } = await newAgent();
    expect((await call('PUT', `/v2/agent/${id}/inactive`)).body).toEqual({ success: true });
    expect((await call('GET', `/agent/${id}`)).body.data.isActive).toBe(false);
    await call('PUT', `/v2/agent/${id}/active`);
    expect((await call('GET', `/agent/${id}`)).body.data.isActive).toBe(true);
    const channel = await call('POST', `/v2/agent/${id}/create-channel`, { name: 'Loja', type: 'WHATSAPP' });
    for (const face of ['', '/v2']) expect((await call('DELETE', `${face}/agent/${id}`)).body.code).toBe('CONFLICT');
    expect((await call('DELETE', `/v2/channel/${channel.body.id}`)).body).toEqual({ success: true });
    expect((await call('DELETE', `/agent/${id}`)).body).toEqual({ data: { success: true } });
    expect((await call('GET', `/agent/${id}`)).status).toBe(404);
  });
});

describe('settings', () => {
  const DEFAULTS = {
    prefferModel: 'the-default',
    timezone: 'America/Sao_Paulo',
    enabledHumanTransfer: true,
    enabledReminder: false,
    splitMessages: true,
    enabledEmoji: true,
    limitSubjects: true,
    messageGroupingTime: 'FIVE_SEC',
    signMessages: false,
    maxDailyMessages: null,
    maxDailyMessagesLimitAction: null,
    knowledgeByFunction: true,
    onLackKnowLedge: null,
  };
  /** What only our own face has. */
  const OWN_DEFAULTS = {
    staleAfterMinutes: 30,
    answerStale: false,
    answerReactions: false,
    giveBackMinutes: null,
    workingHours: null,
    outOfHoursMessage: null,
    maxTurnSteps: 8,
    maxTurnSeconds: 90,
    maxTurnTokens: 100_000,
  };
  /** The published types know no null here, and no model outside their list. */
  const PUBLISHED_DEFAULTS = {
    ...DEFAULTS,
    prefferModel: 'GPT_5_2',
    maxDailyMessagesLimitAction: 'BLOCK',
    onLackKnowLedge: '',
  };

  it('have the published names and defaults', async () => {
    const { id } = await newAgent();
    expect((await call('GET', `/v2/agent/${id}/settings`)).body).toEqual(PUBLISHED_DEFAULTS);
    expect((await call('GET', `/agent/${id}/settings`)).body.data).toEqual({ ...DEFAULTS, ...OWN_DEFAULTS });
  });

  it.each(['', '/v2'])('take back what they answered, one field changed (%s)', async (face) => {
    const { id } = await newAgent();
    const path = `${face}/agent/${id}/settings`;
    const read = async () => {
      const { body } = await call('GET', path);
      return face ? body : body.data;
    };
    const changed = { ...(await read()), messageGroupingTime: 'THIRD_SEC', maxDailyMessages: 50 };
    expect((await call('PUT', path, changed)).status).toBe(200);
    expect(await read()).toEqual(changed);
    const { rows } = await app.db.query('SELECT preferred_model FROM agent_settings WHERE agent_id = $1', [id]);
    expect(rows[0].preferred_model).toBeNull();
  });

  it('change only what is given, and know the model by both spellings', async () => {
    const { id } = await newAgent();
    const path = `/v2/agent/${id}/settings`;
    await call('PUT', path, { prefferModel: 'GPT_4_1', splitMessages: false });
    const changed = { ...PUBLISHED_DEFAULTS, prefferModel: 'GPT_4_1', splitMessages: false };
    expect((await call('GET', path)).body).toEqual(changed);
    await call('PUT', path, { preferredModel: 'CLAUDE_4_5_SONNET' });
    expect((await call('GET', path)).body.prefferModel).toBe('CLAUDE_4_5_SONNET');
    await call('PUT', path, { prefferModel: null });
    expect((await call('GET', `/agent/${id}/settings`)).body.data.prefferModel).toBe('the-default');
  });

  it('keep a model that has no published name, when its published stand-in is sent back', async () => {
    const { id } = await newAgent();
    const model = async () => (await call('GET', `/agent/${id}/settings`)).body.data.prefferModel;
    await call('PUT', `/agent/${id}/settings`, { prefferModel: 'gpt-6.1-terra' });
    const shown = (await call('GET', `/v2/agent/${id}/settings`)).body;
    expect(shown.prefferModel).toBe('GPT_5_MINI');
    expect((await call('PUT', `/v2/agent/${id}/settings`, { ...shown, signMessages: true })).status).toBe(200);
    expect(await model()).toBe('gpt-6.1-terra');
    // On our own face the same name is a choice: there it was not what was shown.
    await call('PUT', `/agent/${id}/settings`, { prefferModel: 'GPT_5_MINI' });
    expect(await model()).toBe('GPT_5_MINI');
  });

  it.each([
    { name: 'a made-up time zone', input: { timezone: 'Mars/Olympus' }, expected: 'timezone' },
    { name: 'a number of messages that is not offered', input: { maxDailyMessages: 7 }, expected: 'maxDailyMessages' },
    {
      name: 'an address inside our network',
      input: { onLackKnowLedge: 'http://10.0.0.1/' },
      expected: 'onLackKnowLedge',
    },
    { name: 'a string for a switch', input: { splitMessages: 'true' }, expected: 'splitMessages' },
  ])('refuse $name', async ({ input, expected }) => {
    const { id } = await newAgent();
    const answer = await call('PUT', `/v2/agent/${id}/settings`, input);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, expected]);
  });
});

describe('settings of an installation that is connected to OpenAI', () => {
  it('refuse models of other vendors, and show the default by the published name nearest to it', async () => {
    const openai = { baseUrl: undefined, apiKey: 'unused', api: undefined, model: undefined };
    const other = await startTestApp({}, { config: { openai, simulated: { gateway: true, model: false } } });
    const { token, workspaceId } = await other.register();
    const ask = (method: string, path: string, body?: unknown) => other.inject(method, path, { token, body });
    const { id } = (await ask('POST', `/v2/workspace/${workspaceId}/agents`, { name: 'Bia' })).body;
    for (const face of ['', '/v2']) {
      const refused = await ask('PUT', `${face}/agent/${id}/settings`, { prefferModel: 'CLAUDE_4_5_SONNET' });
      expect([refused.status, refused.body.code]).toEqual([422, 'MODEL_NOT_SERVED']);
    }
    const shown = (await ask('GET', `/v2/agent/${id}/settings`)).body;
    expect(shown.prefferModel).toBe('GPT_5_MINI');
    expect((await ask('PUT', `/v2/agent/${id}/settings`, shown)).status).toBe(200);
    expect((await ask('GET', `/agent/${id}/settings`)).body.data.prefferModel).toBe('gpt-6.1-terra');
    await other.close();
  });
});

describe('hooks', () => {
  const EVENTS = [
    'onNewMessage',
    'onLackKnowLedge',
    'onTransfer',
    'onFirstInteraction',
    'onStartInteraction',
    'onFinishInteraction',
    'onCreateEvent',
    'onCancelEvent',
  ];
  const none = (value: unknown) => Object.fromEntries(EVENTS.map((event) => [event, value]));

  it.each([
    { face: '', empty: null },
    { face: '/v2', empty: '' },
  ])('take back what they answered, one address changed ($face)', async ({ face, empty }) => {
    const { id } = await newAgent();
    const path = `${face}/agent/${id}/webhooks`;
    const read = async () => {
      const { body } = await call('GET', path);
      return face ? body : body.data;
    };
    expect(await read()).toEqual(none(empty));
    for (const event of EVENTS) {
      const changed = { ...(await read()), [event]: `https://example.com/${event}` };
      expect((await call('PUT', path, changed)).status).toBe(200);
      expect(await read()).toEqual(changed);
    }
    await call('PUT', path, none(empty));
    expect(await read()).toEqual(none(empty));
  });

  it('know the older name of onFinishInteraction', async () => {
    const { id } = await newAgent();
    const path = `/agent/${id}/webhooks`;
    await call('PUT', path, { onFinishAttendance: 'https://example.com/end' });
    expect((await call('GET', path)).body.data.onFinishInteraction).toBe('https://example.com/end');
    await call('PUT', path, { onNewMessage: 'https://example.com/new' });
    expect((await call('GET', path)).body.data.onFinishInteraction).toBe('https://example.com/end');
    await call('PUT', path, { onFinishAttendance: '' });
    expect((await call('GET', path)).body.data.onFinishInteraction).toBeNull();
  });

  it.each(['http://127.0.0.1/', 'http://169.254.169.254/latest', 'https://name.internal/', 'ftp://example.com/'])(
    'refuse %s',
    async (address) => {
      const { id } = await newAgent();
      for (const face of ['', '/v2']) {
        const answer = await call('PUT', `${face}/agent/${id}/webhooks`, { onTransfer: address });
        expect([answer.status, answer.body.code]).toEqual([400, 'URL_NOT_ALLOWED']);
      }
    },
  );
});

describe('the behaviour history', () => {
  const history = async (id: string, query = '?page=0&pageSize=10', face = '/v2') =>
    (await call('GET', `${face}/agent/${id}/list-behavior-history${query}`)).body;

  it('holds every behaviour that differs from the one before, newest first', async () => {
    const { id } = await newAgent({ name: 'Bia', behavior: 'Um' });
    for (const behavior of ['Um', 'Dois', 'Dois', null]) await call('PUT', `/v2/agent/${id}`, { behavior });
    await call('PUT', `/v2/agent/${id}`, { name: 'Lia' });
    const versions = await history(id);
    expect(versions.map((v: { behaviorText: string }) => v.behaviorText)).toEqual(['', 'Dois', 'Um']);
    expect(versions[2]).toEqual({
      id: expect.any(String),
      userId: ana.userId,
      userLogin: ana.email,
      userName: 'Ana Souza',
      userPicture: null,
      createdAt: expect.any(Number),
      behaviorText: 'Um',
    });
    const second = await history(id, '?page=1&pageSize=2', '');
    expect(second.data.map((v: { behaviorText: string }) => v.behaviorText)).toEqual(['Um']);
    expect(second.meta).toEqual({ total: 3, page: 1, pageSize: 2, totalPages: 2 });
  });

  it('begins with the first behaviour that is not empty', async () => {
    expect(await history((await newAgent()).id)).toEqual([]);
  });

  it('gets one entry from two who write the same at once', async () => {
    const { id } = await newAgent();
    await Promise.all([1, 2, 3].map(() => call('PUT', `/v2/agent/${id}`, { behavior: 'Juntos' })));
    expect(await history(id)).toHaveLength(1);
  });

  it('outlives its author', async () => {
    const { id } = await newAgent();
    const eva = await app.register('Eva');
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'ADMIN')`, [
      ana.workspaceId,
      eva.userId,
    ]);
    await app.inject('PUT', `/v2/agent/${id}`, { token: eva.token, body: { behavior: 'Da Eva' } });
    await app.db.query('DELETE FROM users WHERE id = $1', [eva.userId]);
    expect(await history(id)).toMatchObject([
      { userId: '', userLogin: '', userName: '', userPicture: null, behaviorText: 'Da Eva' },
    ]);
  });
});

describe('credits spent', () => {
  const spend = (id: string, amount: number, kind: string, at: string, model: string | null = 'gpt-x') =>
    app.db.query(
      `INSERT INTO credit_entries (workspace_id, id, agent_id, turn_id, amount, kind, created_at, model)
       VALUES ($1, gen_random_uuid(), $2, gen_random_uuid(), $3, $4, $5, $6)`,
      [ana.workspaceId, id, amount, kind, at, model],
    );

  it('are told by day and model, in the time zone of the agent', async () => {
    const { id } = await newAgent();
    const other = await newAgent();
    await spend(id, -10, 'CHARGE', '2026-11-01T02:59:59Z'); // the 31st of October in São Paulo
    await spend(id, -4, 'CHARGE', '2026-11-01T03:00:00Z');
    await spend(id, 1, 'REFUND', '2026-11-01T12:00:00Z');
    await spend(id, -7, 'CHARGE', '2026-11-01T12:00:00Z', null);
    await spend(id, -90, 'HOLD', '2026-11-01T12:00:00Z');
    await spend(id, -5, 'CHARGE', '2026-12-01T02:59:59Z'); // still November
    await spend(other.id, -99, 'CHARGE', '2026-11-01T12:00:00Z');
    const spent = async (query: string) => (await call('GET', `/v2/agent/${id}/credits-spent${query}`)).body;
    const first = [
      { credits: 7, year: 2026, month: 11, day: 1, model: '' },
      { credits: 3, year: 2026, month: 11, day: 1, model: 'gpt-x' },
    ];
    const last = { credits: 5, year: 2026, month: 11, day: 30, model: 'gpt-x' };
    const before = { credits: 10, year: 2026, month: 10, day: 31, model: 'gpt-x' };
    expect(await spent('?year=2026&month=11&day=1')).toEqual({ total: 10, data: first });
    expect(await spent('?year=2026&month=11')).toEqual({ total: 15, data: [...first, last] });
    expect(await spent('?year=2026')).toEqual({ total: 25, data: [before, ...first, last] });
    expect(await spent('')).toEqual({ total: 25, data: [before, ...first, last] });
    expect(await spent('?year=2025')).toEqual({ total: 0, data: [] });
    const own = await call('GET', `/agent/${id}/credits-spent?year=2026&month=10`);
    expect(own.body.data).toEqual({ total: 10, data: [before] });
  });

  it.each(['?month=11', '?day=1', '?year=2026&day=1', '?year=2026&month=2&day=30', '?year=1', '?month=13'])(
    'are refused for %s',
    async (query) => {
      const { id } = await newAgent();
      const answer = await call('GET', `/agent/${id}/credits-spent${query}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );
});

describe('what is done to agents', () => {
  it('is kept with who did it and which fields, never with their texts', async () => {
    const { id } = await newAgent({ name: 'Bia', behavior: 'CANARY-1' });
    await call('PUT', `/agent/${id}`, { name: 'Lia', behavior: 'CANARY-2', jobName: null });
    await call('PUT', `/agent/${id}`, { name: 'Lia' });
    await call('PUT', `/agent/${id}/settings`, {
      enabledEmoji: false,
      onLackKnowLedge: 'https://example.com/CANARY-3',
    });
    await call('PUT', `/agent/${id}/webhooks`, { onTransfer: 'https://example.com/CANARY-4' });
    await call('PUT', `/agent/${id}/inactive`);
    expect((await call('DELETE', `/v2/agent/${id}`)).body).toEqual({ success: true });
    const { rows } = await app.db.query(
      'SELECT action, user_id, details FROM audit_events WHERE subject_id = $1 ORDER BY created_at, id',
      [id],
    );
    expect(rows.map((row) => [row.action, row.details])).toEqual([
      ['agent.created', {}],
      ['agent.updated', { fields: ['behavior', 'name'] }],
      ['agentSettings.updated', { fields: ['enabledEmoji', 'onLackKnowledge'] }],
      ['agentHooks.updated', { fields: ['onTransfer'] }],
      ['agent.updated', { fields: ['isActive'] }],
      ['agent.deleted', { name: 'Lia' }],
    ]);
    expect(new Set(rows.map((row) => row.user_id))).toEqual(new Set([ana.userId]));
    expect(JSON.stringify(rows)).not.toContain('CANARY');
  });
});
