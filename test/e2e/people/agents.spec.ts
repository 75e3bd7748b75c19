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
const PUBLISHED_KEYS = 'id name avatar behavior communicationType type jobName jobSite jobDescription'.split(' ');

describe('agents', () => {
  it('are created with the published defaults, and with a channel for the API', async () => {
    const agent = await newAgent();
    expect(agent).toEqual({
      id: expect.any(String),
      name: 'Bia',
      avatar: null,
      behavior: '',
      communicationType: 'NORMAL',
      type: 'SUPPORT',
      jobName: null,
      jobSite: null,
      jobDescription: null,
    });
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
    expect((await call('DELETE', `/agent/${id}`)).body.code).toBe('CONFLICT');
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

  it('have the published names and defaults', async () => {
    const { id } = await newAgent();
    expect((await call('GET', `/v2/agent/${id}/settings`)).body).toEqual(DEFAULTS);
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
    expect((await call('GET', path)).body).toEqual({ ...DEFAULTS, prefferModel: 'GPT_4_1', splitMessages: false });
    await call('PUT', path, { preferredModel: 'CLAUDE_4_5_SONNET' });
    expect((await call('GET', path)).body.prefferModel).toBe('CLAUDE_4_5_SONNET');
    await call('PUT', path, { prefferModel: null });
    expect((await call('GET', path)).body.prefferModel).toBe('the-default');
  });

  it.each([
    { name: 'a made-up time zone', input: { timezone: 'Mars/Olympus' }, expected: 'timezone' },
    { name: 'a number of messages that is not offered', input: { maxDailyMessages: 7 }, expected: 'maxDailyMessages' },
    { name: 'a string for a switch', input: { splitMessages: 'true' }, expected: 'splitMessages' },
  ])('refuse $name', async ({ input, expected }) => {
    const { id } = await newAgent();
    const answer = await call('PUT', `/v2/agent/${id}/settings`, input);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, expected]);
  });
});
