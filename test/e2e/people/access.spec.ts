import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
let stranger: Person;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
  stranger = await app.register('Rui');
});
afterAll(() => app.close());

/** Every route with an id that this part of the API has, and a body it would accept. */
const ROUTES: [method: string, path: string, body?: unknown][] = [
  ['GET', '/workspace/:workspaceId/agents'],
  ['POST', '/workspace/:workspaceId/agents', { name: 'x' }],
  ['GET', '/workspace/:workspaceId/channels'],
  ['POST', '/workspace/:workspaceId/create-channel', { name: 'x', type: 'WHATSAPP' }],
  ['GET', '/agent/:agentId'],
  ['PUT', '/agent/:agentId', { name: 'x' }],
  ['PUT', '/agent/:agentId/active'],
  ['PUT', '/agent/:agentId/inactive'],
  ['GET', '/agent/:agentId/settings'],
  ['PUT', '/agent/:agentId/settings', { enabledEmoji: false }],
  ['GET', '/agent/:agentId/search'],
  ['POST', '/agent/:agentId/create-channel', { name: 'x', type: 'WHATSAPP' }],
  ['PUT', '/channel/:channelId', { name: 'x' }],
  ['GET', '/channel/:channelId/qr-code'],
  ['PUT', '/channel/:channelId/refresh-qr-code'],
  ['PUT', '/channel/:channelId/disconnect'],
  ['GET', '/channel/:channelId/config'],
  ['PUT', '/channel/:channelId/config', { enabledTyping: false }],
  ['DELETE', '/channel/:channelId'],
  ['DELETE', '/agent/:agentId'],
];

const snapshot = async () => {
  const { rows } = await app.db.query(
    `SELECT (SELECT json_agg(a ORDER BY id) FROM agents a)::text AS agents,
            (SELECT json_agg(s ORDER BY agent_id) FROM agent_settings s)::text AS settings,
            (SELECT json_agg(c ORDER BY id) FROM channels c)::text AS channels`,
  );
  return rows[0];
};

describe('what belongs to others', () => {
  it.each(['', '/v2'])('looks exactly like what does not exist (%s)', async (face) => {
    const before = await snapshot();
    for (const [method, route, body] of ROUTES) {
      const at = (ids: Record<string, string>) => face + route.replace(/:(\w+)/, (_, name: string) => ids[name]!);
      const random = { workspaceId: randomUUID(), agentId: randomUUID(), channelId: randomUUID() };
      const answers = await Promise.all(
        [shop, random].map((ids) =>
          app.inject(method, at(ids as unknown as Record<string, string>), { token: stranger.token, body }),
        ),
      );
      const [foreign, unknown] = answers.map(({ status, body: { requestId: _, instance: __, ...rest } }) => ({
        status,
        rest,
      }));
      expect([route, foreign]).toEqual([route, unknown]);
      expect([route, foreign!.status]).toEqual([route, 404]);
      const malformed = { workspaceId: 'x', agentId: 'x', channelId: 'x' };
      const refused = await app.inject(method, at(malformed), { token: stranger.token, body });
      expect([route, refused.status]).toEqual([route, 400]);
    }
    expect(await snapshot()).toEqual(before);
  });

  it('cannot be reached through an id in a body', async () => {
    const { token, workspaceId } = stranger;
    const agent = await app.inject('POST', `/v2/workspace/${workspaceId}/agents`, { token, body: { name: 'Rita' } });
    const create = { name: 'x', type: 'WHATSAPP', agentId: shop.agentId };
    const created = await app.inject('POST', `/workspace/${workspaceId}/create-channel`, { token, body: create });
    expect(created.status).toBe(404);
    const own = await app.inject('POST', `/v2/agent/${agent.body.id}/create-channel`, {
      token,
      body: { name: 'x', type: 'WHATSAPP' },
    });
    const moved = await app.inject('PUT', `/channel/${own.body.id}`, { token, body: { agentId: shop.agentId } });
    expect(moved.status).toBe(404);
  });

  it('does not show in a list, whatever the filter', async () => {
    const path = `/v2/workspace/${stranger.workspaceId}/channels?agentId=${shop.agentId}`;
    const answer = await app.inject('GET', path, { token: stranger.token });
    expect(answer.body).toEqual({ data: [], count: 0 });
  });
});

describe('roles', () => {
  it.each([
    { role: 'ADMIN', reads: 200, writes: 200 },
    { role: 'MEMBER', reads: 200, writes: 403 },
    { role: 'VIEWER', reads: 200, writes: 403 },
  ])('$role', async ({ role, reads, writes }) => {
    const member = await app.register(role);
    const membership = [shop.workspaceId, member.userId];
    await app.db.query('INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3)', [
      ...membership,
      role,
    ]);
    const { token } = member;
    const list = await app.inject('GET', '/v2/workspaces', { token });
    expect(list.body.map((w: { id: string }) => w.id)).toContain(shop.workspaceId);
    expect((await app.inject('GET', `/agent/${shop.agentId}`, { token })).status).toBe(reads);
    const body = { jobName: role };
    expect((await app.inject('PUT', `/agent/${shop.agentId}`, { token, body })).status).toBe(writes);
    const qr = await app.inject('GET', `/channel/${shop.channelId}/qr-code`, { token });
    expect(qr.status).toBe(writes);
    await app.db.query('DELETE FROM memberships WHERE workspace_id = $1 AND user_id = $2', membership);
    expect((await app.inject('GET', `/agent/${shop.agentId}`, { token })).status).toBe(404);
  });
});
