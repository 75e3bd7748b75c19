import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

interface Route {
  readonly method: string;
  readonly path: string;
  /** A body the route accepts; routes without one take none. */
  readonly body?: object;
  /** A body it refuses, where an unknown field alone is not enough on the published face. */
  readonly bad?: object;
  /** A query it refuses. */
  readonly badQuery?: string;
  readonly reads?: true;
  readonly only?: 'own';
}

const intention = { description: 'x', type: 'INSTRUCTIONS' };
const rule = { instructions: 'x', type: 'HUMAN' };
const mcp = { name: 'x', description: 'x', mcpUrl: 'https://example.com', urlType: 'SSE', authType: 'NO_OAUTH' };
const agent = '/agent/:agentId';

/** Every route of agents, trainings and intentions, and what belongs to them; deletions last. */
const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/workspace/:workspaceId/agents', badQuery: 'page=0', reads: true },
  { method: 'POST', path: '/workspace/:workspaceId/agents', body: { name: 'x' }, bad: { name: '' } },
  { method: 'GET', path: agent, reads: true },
  { method: 'PUT', path: agent, body: { jobName: 'x' }, bad: { jobName: 1 } },
  { method: 'PUT', path: `${agent}/active` },
  { method: 'PUT', path: `${agent}/inactive` },
  { method: 'GET', path: `${agent}/settings`, reads: true },
  { method: 'PUT', path: `${agent}/settings`, body: { enabledEmoji: false }, bad: { enabledEmoji: 1 } },
  { method: 'GET', path: `${agent}/webhooks`, reads: true },
  { method: 'PUT', path: `${agent}/webhooks`, body: { onTransfer: null }, bad: { onTransfer: 1 } },
  { method: 'GET', path: `${agent}/list-behavior-history`, badQuery: 'page=-1', reads: true },
  { method: 'GET', path: `${agent}/credits-spent`, badQuery: 'month=13', reads: true },
  { method: 'POST', path: `${agent}/duplicate`, only: 'own' },
  { method: 'GET', path: `${agent}/transfer-rules`, reads: true },
  { method: 'POST', path: `${agent}/transfer-rules`, body: rule, bad: { type: 'NOBODY' } },
  { method: 'PUT', path: `${agent}/transfer-rules/:transferRuleId`, body: rule, bad: { type: 'NOBODY' } },
  { method: 'GET', path: `${agent}/idle-actions`, reads: true },
  { method: 'POST', path: `${agent}/idle-actions`, body: { actions: [] }, bad: { actions: {} } },
  { method: 'PUT', path: `${agent}/idle-actions`, body: { actions: [] }, bad: { actions: {} } },
  { method: 'GET', path: `${agent}/trainings`, badQuery: 'type=SONG', reads: true },
  { method: 'POST', path: `${agent}/trainings`, body: { type: 'TEXT', text: 'x' }, bad: { type: 'TEXT' } },
  { method: 'GET', path: '/training/:trainingId', reads: true, only: 'own' },
  { method: 'PUT', path: '/training/:trainingId', body: { text: 'x' }, bad: { text: '' } },
  { method: 'PUT', path: '/training/:trainingId/disabled', only: 'own' },
  { method: 'PUT', path: '/training/:trainingId/enabled', only: 'own' },
  { method: 'GET', path: `${agent}/intentions`, badQuery: 'pageSize=101', reads: true },
  { method: 'POST', path: `${agent}/intentions`, body: intention, bad: { type: 'SONG' } },
  { method: 'GET', path: '/intention/:intentionId', reads: true, only: 'own' },
  { method: 'PUT', path: '/intention/:intentionId', body: intention, bad: { type: 'SONG' } },
  { method: 'POST', path: `${agent}/mcp/add`, body: mcp, bad: { name: 'x' } },
  { method: 'POST', path: '/assistant/:agentId/create-channel/WIDGET', body: { name: 'x' }, bad: { name: '' } },
  { method: 'PUT', path: '/channel/:channelId/widget-settings', body: { isPublic: true }, bad: { isPublic: 1 } },
  { method: 'GET', path: '/channel/:channelId/widget-links', reads: true },
  { method: 'DELETE', path: `${agent}/idle-actions` },
  { method: 'DELETE', path: `${agent}/transfer-rules/:transferRuleId` },
  { method: 'DELETE', path: '/training/:trainingId' },
  { method: 'DELETE', path: '/intention/:intentionId' },
  { method: 'DELETE', path: agent },
];
const onFace = (face: string) => ROUTES.filter((route) => !(face && route.only));

let app: TestApp;
let shop: Shop;
let ids: Record<string, string>;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
  const add = async (path: string, body: object) =>
    (await app.inject('POST', `/agent/${shop.agentId}/${path}`, { token: shop.token, body })).body.data.id;
  ids = {
    workspaceId: shop.workspaceId,
    agentId: shop.agentId,
    channelId: shop.channelId,
    transferRuleId: await add('transfer-rules', rule),
    trainingId: await add('trainings', { type: 'TEXT', text: 'CANARY-TEXT' }),
    intentionId: await add('intentions', intention),
  };
});
afterAll(() => app.close());

const fill = (face: string, { path }: Route, from: Record<string, string>) =>
  face + path.replaceAll(/:(\w+)/g, (_, name: string) => from[name]!);
const replaced = (value: () => string) => Object.fromEntries(Object.keys(ids).map((key) => [key, value()]));
const label = ({ method, path }: Route) => `${method} ${path}`;
const snapshot = async () => {
  const tables = [
    'agents',
    'agent_settings',
    'agent_hooks',
    'idle_plans',
    'behavior_versions',
    'transfer_rules',
    'trainings',
    'intentions',
    'channels',
    'audit_events',
  ];
  // Without what the installation notes of a channel by itself.
  const row = `to_jsonb(x) - '{last_event_at,last_inbound_at,filled_until}'::text[]`;
  const columns = tables.map(
    (t) => `(SELECT jsonb_agg(${row} ORDER BY (${row})::text) FROM ${t} x WHERE workspace_id = $1)::text`,
  );
  const { rows } = await app.db.query(`SELECT concat_ws('|', ${columns.join(', ')}) AS all`, [shop.workspaceId]);
  return rows[0].all as string;
};
const join = async (role: string) => {
  const person = await app.register(role);
  await app.db.query('INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3)', [
    shop.workspaceId,
    person.userId,
    role,
  ]);
  return person.token;
};

describe.each(['', '/v2'])('the routes of an agent (%s)', (face) => {
  it('want to know who asks', async () => {
    for (const route of onFace(face)) {
      const { method, body } = route;
      expect([label(route), (await app.inject(method, fill(face, route, ids), { body })).status]).toEqual([
        label(route),
        401,
      ]);
    }
  });

  it('do not tell what belongs to others from what does not exist', async () => {
    const { token } = await app.register('Rui');
    const before = await snapshot();
    for (const route of onFace(face)) {
      const { method, body } = route;
      const ask = async (from: Record<string, string>) => {
        const answer = await app.inject(method, fill(face, route, from), { token, body });
        const { requestId: _, instance: __, ...rest } = answer.body;
        expect(answer.text).not.toContain('CANARY');
        return { status: answer.status, rest };
      };
      const [foreign, unknown] = [await ask(ids), await ask(replaced(randomUUID))];
      expect([label(route), foreign]).toEqual([label(route), unknown]);
      expect([label(route), foreign.status]).toEqual([label(route), 404]);
      expect([label(route), (await ask(replaced(() => 'x'))).status]).toEqual([label(route), 400]);
    }
    expect(await snapshot()).toBe(before);
  });

  it('let a viewer look and nothing else, and a member no more than that', async () => {
    const before = await snapshot();
    for (const token of [await join('VIEWER'), await join('MEMBER')]) {
      for (const route of onFace(face)) {
        const { method, body, reads } = route;
        const { status } = await app.inject(method, fill(face, route, ids), { token, body });
        const allowed = route.path.endsWith('widget-links') ? 501 : 200;
        expect([label(route), status]).toEqual([label(route), reads ? allowed : 403]);
      }
    }
    expect(await snapshot()).toBe(before);
  });

  it('change nothing in a suspended workspace', async () => {
    await app.db.query('UPDATE workspaces SET suspended_at = now() WHERE id = $1', [shop.workspaceId]);
    for (const route of onFace(face).filter(({ reads }) => !reads)) {
      const { method, body } = route;
      const answer = await app.inject(method, fill(face, route, ids), { token: shop.token, body });
      expect([label(route), answer.body.code]).toEqual([label(route), 'WORKSPACE_SUSPENDED']);
    }
    await app.db.query('UPDATE workspaces SET suspended_at = NULL WHERE id = $1', [shop.workspaceId]);
  });

  it('read only JSON, and only fields and values they know', async () => {
    const before = await snapshot();
    for (const route of onFace(face)) {
      const { method, body, bad, badQuery } = route;
      const path = fill(face, route, ids);
      const { token } = shop;
      if (badQuery) {
        const answer = await app.inject(method, `${path}?${badQuery}`, { token });
        expect([label(route), answer.status, answer.body.code]).toEqual([label(route), 400, 'VALIDATION_FAILED']);
      }
      if (!body) continue;
      const form = { token, raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
      expect([label(route), (await app.inject(method, path, form)).status]).toEqual([label(route), 415]);
      const refused = await app.inject(method, path, { token, body: bad });
      expect([label(route), refused.status]).toEqual([label(route), 400]);
      if (face) continue;
      const more = await app.inject(method, path, { token, body: { ...body, workspaceId: randomUUID() } });
      expect([label(route), more.status, more.body.errors?.[0].path]).toEqual([label(route), 400, 'workspaceId']);
    }
    expect(await snapshot()).toBe(before);
  });

  it('take the bodies they were refused with above from who may send them', async () => {
    // What was refused to strangers and viewers was refused for who they are, not for what they sent.
    for (const route of onFace(face).filter(({ method }) => method !== 'DELETE')) {
      const { method, body, path } = route;
      const { status } = await app.inject(method, fill(face, route, ids), { token: shop.token, body });
      const isBuilt = !/mcp|widget|WIDGET/.test(path);
      const created = method === 'POST' && !face ? 201 : 200;
      expect([label(route), status]).toEqual([label(route), isBuilt ? created : 501]);
    }
  });
});
