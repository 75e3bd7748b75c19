import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
let zoe: Person;
let agentId: string;
beforeAll(async () => {
  app = await startTestApp();
  ana = await app.register();
  zoe = await app.register('Zoe');
});
beforeEach(async () => {
  agentId = await newAgent();
});
afterAll(() => app.close());

const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: ana.token, body });
const newAgent = async (body: object = { name: 'Bia' }, who = ana) =>
  (await app.inject('POST', `/v2/workspace/${who.workspaceId}/agents`, { token: who.token, body })).body.id as string;
const auditOf = async (id: string) => {
  const { rows } = await app.db.query(
    'SELECT action, details FROM audit_events WHERE subject_id = $1 ORDER BY created_at, id',
    [id],
  );
  return rows.map((row) => [row.action, row.details]);
};

describe('transfer rules', () => {
  const add = (body: object, face = '') => call('POST', `${face}/agent/${agentId}/transfer-rules`, body);
  const list = async () => (await call('GET', `/v2/agent/${agentId}/transfer-rules`)).body;

  it('lead to a person or to another agent, and are listed in their order', async () => {
    const other = await newAgent({ name: 'Eva' });
    const human = await add({ instructions: 'Se pedirem', type: 'HUMAN' });
    expect(human.status).toBe(201);
    const rule = { id: expect.any(String), createdAt: expect.any(String), returnOnFinish: false };
    expect(human.body.data).toEqual({
      ...rule,
      instructions: 'Se pedirem',
      type: 'HUMAN',
      userId: null,
      agentId: null,
    });
    const named = await add({ instructions: 'Fiscal', type: 'HUMAN', userId: ana.userId, returnOnFinish: true }, '/v2');
    expect([named.status, named.body.userId, named.body.returnOnFinish]).toEqual([200, ana.userId, true]);
    const agent = await add({ instructions: 'Vendas', type: 'AGENT', agentId: other }, '/v2');
    expect(agent.body).toMatchObject({ type: 'AGENT', agentId: other, userId: null });
    expect(await list()).toEqual([human.body.data, named.body, agent.body]);
  });

  it.each(['', '/v2'])('take back what they answered, one field changed (%s)', async (face) => {
    const { data } = (await add({ instructions: 'Fiscal', type: 'HUMAN', userId: ana.userId })).body;
    const changed = { ...data, instructions: 'Outro' };
    const put = await call('PUT', `${face}/agent/${agentId}/transfer-rules/${data.id}`, changed);
    expect([put.status, face ? put.body : put.body.data]).toEqual([200, changed]);
    expect(await list()).toEqual([changed]);
  });

  it('forget what another type names', async () => {
    const other = await newAgent({ name: 'Eva' });
    const { data } = (await add({ instructions: 'x', type: 'AGENT', agentId: other })).body;
    const path = `/agent/${agentId}/transfer-rules/${data.id}`;
    const human = await call('PUT', path, { ...data, type: 'HUMAN' });
    expect(human.body.data).toMatchObject({ type: 'HUMAN', agentId: null });
    const back = await call('PUT', path, { ...human.body.data, type: 'AGENT' });
    expect([back.status, back.body.errors[0].path]).toEqual([400, 'agentId']);
    const agent = await call('PUT', path, { type: 'AGENT', agentId: other });
    expect(agent.body.data).toMatchObject({ type: 'AGENT', agentId: other, userId: null });
  });

  it('name nobody and nothing outside the workspace, and not their own agent', async () => {
    const foreign = await newAgent({ name: 'Rita' }, zoe);
    const { data } = (await add({ instructions: 'x', type: 'HUMAN' })).body;
    for (const face of ['', '/v2']) {
      const path = `${face}/agent/${agentId}/transfer-rules`;
      for (const ids of [
        { type: 'HUMAN', userId: zoe.userId },
        { type: 'HUMAN', userId: randomUUID() },
        { type: 'AGENT', agentId: foreign },
        { type: 'HUMAN', agentId: foreign },
        { type: 'AGENT', agentId: randomUUID() },
      ]) {
        expect((await call('POST', path, { instructions: 'x', ...ids })).status).toBe(404);
        expect((await call('PUT', `${path}/${data.id}`, ids)).status).toBe(404);
      }
      const itself = await call('POST', path, { instructions: 'x', type: 'AGENT', agentId });
      expect([itself.status, itself.body.errors[0].path]).toEqual([400, 'agentId']);
      expect((await call('POST', path, { instructions: 'x', type: 'AGENT' })).status).toBe(400);
    }
    expect(await list()).toEqual([data]);
  });

  it('are reached through their own agent only, and deleted', async () => {
    const { id } = (await add({ instructions: 'x', type: 'HUMAN' })).body.data;
    const other = await newAgent();
    for (const face of ['', '/v2']) {
      for (const path of [
        `${face}/agent/${other}/transfer-rules/${id}`,
        `${face}/agent/${agentId}/transfer-rules/${other}`,
      ]) {
        expect((await call('PUT', path, { instructions: 'y' })).status).toBe(404);
        expect((await call('DELETE', path)).status).toBe(404);
      }
    }
    // The published type of this one answer is a string.
    expect((await call('DELETE', `/v2/agent/${agentId}/transfer-rules/${id}`)).body).toEqual({ success: 'true' });
    expect(await list()).toEqual([]);
    const second = (await add({ instructions: 'x', type: 'HUMAN' })).body.data.id;
    const deleted = await call('DELETE', `/agent/${agentId}/transfer-rules/${second}`);
    expect(deleted.body).toEqual({ data: { success: true } });
    expect(await auditOf(id)).toEqual([
      ['transferRule.created', {}],
      ['transferRule.deleted', {}],
    ]);
  });

  it('go on for anybody when the member they name leaves', async () => {
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'MEMBER')`, [
      ana.workspaceId,
      zoe.userId,
    ]);
    await add({ instructions: 'x', type: 'HUMAN', userId: zoe.userId });
    await app.db.query('DELETE FROM memberships WHERE workspace_id = $1 AND user_id = $2', [
      ana.workspaceId,
      zoe.userId,
    ]);
    expect(await list()).toMatchObject([{ type: 'HUMAN', userId: null }]);
  });
});

describe('idle actions', () => {
  const path = (face = '') => `${face}/agent/${agentId}/idle-actions`;
  const set = (body: object, face = '') => call('PUT', path(face), body);
  const read = async (face = '') => {
    const { body } = await call('GET', path(face));
    return face ? body : body.data;
  };
  const action = { instructions: 'Ainda está aí?', seconds: 600 };
  const workingHours = [
    {
      dayWeek: 1,
      active: true,
      hours: [
        { start: '08:00', end: '12:00' },
        { start: '13:00', end: '18:00' },
      ],
    },
    { dayWeek: 0, active: false, hours: [] },
  ];

  it('are none at first, and set whole', async () => {
    expect(await read()).toEqual({ actions: [], finishOn: null });
    expect(await read('/v2')).toEqual({ actions: [] });
    const body = {
      actions: [{ ...action, allowAllHours: false, workingHours }, action],
      finishOn: { seconds: 86_400 },
    };
    const created = await call('POST', path(), body);
    expect(created.status).toBe(201);
    const stamp = {
      id: expect.any(String),
      tenant: ana.workspaceId,
      tenantOwner: ana.workspaceId,
      createdAt: expect.any(Number),
      updatedAt: null,
    };
    const shown = {
      actions: [
        {
          id: expect.any(String),
          type: 'SEND_MESSAGE',
          ...action,
          allowAllHours: false,
          workingHours: {
            ...stamp,
            active: true,
            days: [
              {
                ...stamp,
                dayWeek: 1,
                active: true,
                hours: [
                  { ...stamp, start: '08:00', end: '12:00', sequence: 0 },
                  { ...stamp, start: '13:00', end: '18:00', sequence: 1 },
                ],
              },
              { ...stamp, dayWeek: 0, active: false, hours: [] },
            ],
          },
        },
        { id: expect.any(String), type: 'SEND_MESSAGE', ...action, allowAllHours: true, workingHours: null },
      ],
      finishOn: { seconds: 86_400 },
    };
    expect(created.body.data).toEqual(shown);
    expect(await read('/v2')).toEqual(created.body.data);
    const published = await call('POST', path('/v2'), body);
    expect([published.status, published.body]).toEqual([200, shown]);
  });

  it.each(['', '/v2'])('take back what they answered, one field changed, and keep their ids (%s)', async (face) => {
    await set({ actions: [{ ...action, allowAllHours: false, workingHours }, action], finishOn: { seconds: 60 } });
    const before = await read(face);
    const [first, second] = before.actions;
    const changed = { ...before, actions: [{ ...second, seconds: 700 }, first] };
    const put = await set(changed, face);
    expect([put.status, face ? put.body : put.body.data]).toEqual([200, changed]);
    expect(await read(face)).toEqual(changed);
  });

  it('may finish the interaction, with or without a message', async () => {
    const put = await set({ actions: [{ type: 'FINISH_INTERACTION', seconds: 900 }] });
    expect(put.body.data.actions).toMatchObject([{ type: 'FINISH_INTERACTION', instructions: null }]);
  });

  it('leave alone what is left out, and are cleared', async () => {
    await set({ actions: [action], finishOn: { seconds: 60 } });
    await set({ finishOn: { seconds: 90 } });
    expect(await read()).toMatchObject({ actions: [action], finishOn: { seconds: 90 } });
    await set({ actions: [] });
    expect(await read()).toEqual({ actions: [], finishOn: { seconds: 90 } });
    await set({ actions: [action], finishOn: null });
    expect((await read()).finishOn).toBeNull();
    expect((await call('DELETE', path('/v2'))).body).toEqual({ success: true });
    expect((await call('DELETE', path())).body).toEqual({ data: { success: true } });
    expect(await read()).toEqual({ actions: [], finishOn: null });
    expect((await auditOf(agentId)).slice(1)).toEqual([
      ['idlePlan.updated', { fields: ['actions', 'finishOnSeconds'] }],
      ['idlePlan.updated', { fields: ['finishOnSeconds'] }],
      ['idlePlan.updated', { fields: ['actions'] }],
      ['idlePlan.updated', { fields: ['actions', 'finishOnSeconds'] }],
      ['idlePlan.updated', { fields: ['actions'] }],
    ]);
  });

  const day = (hours: object[], dayWeek = 1) => ({ dayWeek, active: true, hours });
  const week = (...days: object[]) => ({
    actions: [{ ...action, allowAllHours: false, workingHours: days }],
  });
  it.each([
    { name: 'no words', input: { actions: [{ seconds: 60 }] }, path: 'actions.0.instructions' },
    { name: 'no time', input: { actions: [{ ...action, seconds: 1 }] }, path: 'actions.0.seconds' },
    { name: 'half a second', input: { finishOn: { seconds: 60.5 } }, path: 'finishOn.seconds' },
    { name: 'a year', input: { finishOn: { seconds: 31_536_000 } }, path: 'finishOn.seconds' },
    {
      name: 'an eighth day',
      input: week(day([], 7)),
      path: 'actions.0.workingHours',
    },
    {
      name: 'a day twice',
      input: week(day([]), day([])),
      path: 'actions.0.workingHours.1.dayWeek',
    },
    {
      name: 'the 25th hour',
      input: week(day([{ start: '08:00', end: '25:00' }])),
      path: 'actions.0.workingHours.0.hours.0.end',
    },
    {
      name: 'an end before its start',
      input: week(day([{ start: '12:00', end: '08:00' }])),
      path: 'actions.0.workingHours.0.hours.0.end',
    },
    {
      name: 'hours that overlap',
      input: week(
        day([
          { start: '08:00', end: '12:00' },
          { start: '11:00', end: '13:00' },
        ]),
      ),
      path: 'actions.0.workingHours.0.hours.1.start',
    },
  ])('refuse $name', async ({ input, path: where }) => {
    for (const face of ['', '/v2']) {
      const answer = await set(input, face);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].path.startsWith(where)).toBe(true);
    }
    expect(await read()).toEqual({ actions: [], finishOn: null });
  });
});

describe('a duplicate', () => {
  it('is what the agent is, and neither where it answers nor what it was', async () => {
    const other = await newAgent({ name: 'Eva' });
    const persona = {
      name: 'Lia',
      behavior: 'Breve',
      type: 'SALE',
      jobName: 'Loja',
      avatar: 'https://example.com/a.png',
    };
    const id = await newAgent(persona);
    await call('PUT', `/agent/${id}`, { behavior: 'Mais breve' });
    await call('PUT', `/agent/${id}/settings`, { splitMessages: false, prefferModel: 'GPT_4_1', maxDailyMessages: 50 });
    await call('PUT', `/agent/${id}/webhooks`, { onTransfer: 'https://example.com/hook' });
    await call('POST', `/agent/${id}/transfer-rules`, { instructions: 'Um', type: 'AGENT', agentId: other });
    await call('POST', `/agent/${id}/transfer-rules`, { instructions: 'Dois', type: 'HUMAN', userId: ana.userId });
    await call('PUT', `/agent/${id}/idle-actions`, { actions: [{ instructions: 'Oi?', seconds: 60 }] });
    for (const text of ['Primeiro', 'Segundo']) await call('POST', `/agent/${id}/trainings`, { type: 'TEXT', text });
    await app.db.query(`UPDATE trainings SET status = 'READY', is_enabled = text <> 'Segundo'`);
    await call('POST', `/v2/agent/${id}/create-channel`, { name: 'Loja', type: 'WHATSAPP' });

    const copy = await call('POST', `/agent/${id}/duplicate`);
    expect(copy.status).toBe(201);
    expect(copy.body.data).toMatchObject({ ...persona, name: 'Lia (2)', behavior: 'Mais breve', version: 1 });
    const to = copy.body.data.id;
    for (const part of ['settings', 'webhooks', 'idle-actions']) {
      const [original, copied] = [await call('GET', `/agent/${id}/${part}`), await call('GET', `/agent/${to}/${part}`)];
      expect(copied.body.data).toEqual(original.body.data);
    }
    const rules = (await call('GET', `/agent/${to}/transfer-rules`)).body.data;
    expect(rules).toMatchObject([
      { instructions: 'Um', type: 'AGENT', agentId: other },
      { instructions: 'Dois', type: 'HUMAN', userId: ana.userId },
    ]);
    const trainings = (await call('GET', `/agent/${to}/trainings`)).body.data;
    expect(trainings).toMatchObject([
      { text: 'Primeiro', status: 'PENDING', isEnabled: true },
      { text: 'Segundo', status: 'PENDING', isEnabled: false },
    ]);
    const history = (await call('GET', `/v2/agent/${to}/list-behavior-history`)).body;
    expect(history).toMatchObject([{ behaviorText: 'Mais breve', userId: ana.userId }]);
    const channels = async (type: string) => (await call('GET', `/v2/agent/${to}/search?type=${type}`)).body.count;
    expect([await channels('API'), await channels('WHATSAPP')]).toEqual([1, 0]);
    expect((await call('POST', `/agent/${to}/duplicate`)).body.data.name).toBe('Lia (3)');
    expect(await auditOf(to)).toEqual([['agent.created', { copyOf: id }]]);
    expect((await call('POST', `/v2/agent/${to}/duplicate`)).status).toBe(404);
  });
});
