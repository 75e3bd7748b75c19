import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
});
afterAll(() => app.close());

const id = randomUUID();
const MCP = {
  name: 'Agenda',
  description: 'Marca horários',
  mcpUrl: 'https://example.com/mcp',
  urlType: 'SSE',
  authType: 'NO_OAUTH',
};
const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: shop.token, body });

describe('what is published and not built', () => {
  it.each<[method: string, path: string, body?: object]>([
    ['POST', '/v2/agent/:agentId/mcp/add', MCP],
    ['POST', '/agent/:agentId/mcp/add', { ...MCP, headers: { 'X-Key': 'a' } }],
    ['POST', '/v2/mcp/connect', { code: 'a', state: 'b' }],
    ['POST', '/mcp/connect', { code: 'a', state: 'b' }],
    ['GET', `/v2/mcp/${id}/tools`],
    ['GET', `/mcp/${id}/tools`],
    ['GET', `/v2/mcp/${id}/tool/${id}/active`],
    ['PUT', `/mcp/${id}/tool/${id}/active`],
    ['GET', `/v2/mcp/${id}/tool/${id}/inactive`],
    ['PUT', `/mcp/${id}/tool/${id}/inactive`],
    ['GET', `/v2/mcp/${id}/sync-tools`],
    ['PUT', `/mcp/${id}/sync-tools`],
    ['DELETE', `/v2/mcp/${id}`],
    ['DELETE', `/mcp/${id}`],
    ['PUT', '/v2/channel/:channelId/widget-settings', { headerColor: '#fff' }],
    ['PUT', '/channel/:channelId/widget-settings', { headerColor: '#fff' }],
    ['GET', '/v2/channel/:channelId/widget-links'],
    ['GET', '/channel/:channelId/widget-links'],
  ])('says so: %s %s', async (method, path, body) => {
    const at = path.replace(':agentId', shop.agentId).replace(':channelId', shop.channelId);
    expect((await app.inject(method, at, { body })).status).toBe(401);
    const answer = await call(method, at, body);
    expect([answer.status, answer.body.code]).toEqual([501, 'NOT_IMPLEMENTED']);
    expect(path.startsWith('/v2') ? answer.body.error : answer.body.detail).toMatch(/not built yet/);
  });

  it.each(['', '/v2'])('does not change state with the other face’s method (%s)', async (face) => {
    const method = face ? 'PUT' : 'GET';
    for (const path of ['sync-tools', `tool/${id}/active`, `tool/${id}/inactive`]) {
      expect((await call(method, `${face}/mcp/${id}/${path}`)).status).toBe(404);
    }
  });

  it.each(['', '/v2'])('reads bodies and ids all the same (%s)', async (face) => {
    const inside = await call('POST', `${face}/agent/${shop.agentId}/mcp/add`, { ...MCP, mcpUrl: 'http://10.0.0.1/' });
    expect([inside.status, inside.body.code]).toEqual([400, 'URL_NOT_ALLOWED']);
    expect((await call('POST', `${face}/mcp/connect`, {})).status).toBe(400);
    const raw = { token: shop.token, raw: 'code=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await app.inject('POST', `${face}/mcp/connect`, raw)).status).toBe(415);
    expect((await call('DELETE', `${face}/mcp/x`)).status).toBe(400);
    expect((await call('GET', `${face}/mcp/x/tools`)).status).toBe(400);
    const method = face ? 'GET' : 'PUT';
    for (const path of ['x/sync-tools', `${id}/tool/x/active`, `x/tool/${id}/inactive`]) {
      expect((await call(method, `${face}/mcp/${path}`)).status).toBe(400);
    }
  });
});

describe('a channel of a named type', () => {
  it.each(['', '/v2'])('is made when it is WHATSAPP (%s)', async (face) => {
    const path = `${face}/assistant/${shop.agentId}/create-channel/WHATSAPP`;
    const answer = await call('POST', path, { name: 'Segunda', assistantId: face ? shop.agentId : null });
    expect(answer.status).toBe(face ? 200 : 201);
    const made = { id: expect.any(String), name: 'Segunda', type: 'WHATSAPP' };
    if (!face) expect(answer.body.data).toMatchObject({ ...made, agentId: shop.agentId });
    else
      expect(answer.body).toEqual({
        ...made,
        assistantId: shop.agentId,
        workspace: { id: shop.workspaceId, name: expect.any(String) },
      });
  });

  it.each(['', '/v2'])('is refused by its name when it is another (%s)', async (face) => {
    const long = await call('POST', `${face}/assistant/${shop.agentId}/create-channel/${'x'.repeat(65)}`, {
      name: 'x',
    });
    expect([long.status, long.body.errors[0].path]).toEqual([400, 'type']);
    const at = (type: string) => `${face}/assistant/${shop.agentId}/create-channel/${type}`;
    for (const type of ['INSTAGRAM', 'API']) {
      const answer = await call('POST', at(type), { name: 'x' });
      expect([answer.status, answer.body.code]).toEqual([422, 'CHANNEL_TYPE_NOT_SUPPORTED']);
    }
    const widget = await call('POST', at('WIDGET'), { name: 'x' });
    expect([widget.status, widget.body.code]).toEqual([501, 'NOT_IMPLEMENTED']);
  });

  it.each(['', '/v2'])('belongs to the agent of the path (%s)', async (face) => {
    const path = `${face}/assistant/${shop.agentId}/create-channel/WHATSAPP`;
    const answer = await call('POST', path, { name: 'x', assistantId: randomUUID() });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'assistantId']);
  });

  it.each(['', '/v2'])('is not left behind when the gateway fails (%s)', async (face) => {
    const rule = { on: 'request', fault: 'error', match: 'POST /instance/create', times: 1, status: 500 } as const;
    const fault = app.gateway.misbehave(rule);
    const answer = await call('POST', `${face}/assistant/${shop.agentId}/create-channel/WHATSAPP`, { name: 'Nunca' });
    fault.stop();
    expect([answer.status, answer.body.code]).toEqual([502, 'GATEWAY_FAILED']);
    const { rows } = await app.db.query(`SELECT 1 FROM channels WHERE name = 'Nunca'`);
    expect(rows).toEqual([]);
  });
});
