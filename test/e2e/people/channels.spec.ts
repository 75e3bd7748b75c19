import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ChannelsService } from '../../../src/channels/channels.service.js';
import { WebhookReassertionService } from '../../../src/channels/webhook-reassertion.service.js';
import { EvolutionApiClient } from '../../../src/evolution-api/evolution-api.client.js';
import { type Person, type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
let agentId: string;
let gateway: EvolutionApiClient;
beforeAll(async () => {
  app = await startTestApp();
  ana = await app.register();
  agentId = (await call('POST', `/v2/workspace/${ana.workspaceId}/agents`, { name: 'Bia' })).body.id;
  gateway = app.app.get(EvolutionApiClient, { strict: false });
});
const faults: { stop(): void }[] = [];
afterEach(() => {
  for (const fault of faults.splice(0)) fault.stop();
});
afterAll(() => app.close());

/** Lets the gateway fail at the next call that matches. */
const failNext = (match: string, fault: 'error' | 'reset-after' = 'error') => {
  const rule = app.gateway.misbehave({ on: 'request', fault, match, times: 1, status: 500, message: 'CANARY-DETAIL' });
  faults.push(rule);
  return rule;
};
const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: ana.token, body });
const create = (body: object = { name: 'Loja', type: 'WHATSAPP' }) =>
  call('POST', `/v2/agent/${agentId}/create-channel`, body);
const rowOf = async (id: string) => (await app.db.query('SELECT * FROM channels WHERE id = $1', [id])).rows[0];
const whatsappCount = async () =>
  (await app.db.query(`SELECT count(*)::int AS n FROM channels WHERE type = 'WHATSAPP'`)).rows[0].n;

describe('creating a channel', () => {
  it('answers the published shape and makes an instance with our webhook', async () => {
    const answer = await create();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ id: expect.any(String), name: 'Loja', type: 'WHATSAPP' });
    const { id } = answer.body;
    const made = app.gateway.instances().find((i) => i.name === `tawkee-${id}`);
    expect(made?.webhookUrl).toBe(`${app.url}/webhooks/evolution/${ana.workspaceId}/${id}`);
    const { 'x-tawkee-secret': value = '' } = await app.webhookHeaders(`tawkee-${id}`);
    expect(Buffer.from(value, 'base64url')).toHaveLength(32);
    const row = await rowOf(id);
    expect(row.webhook_secret_hash).toEqual(createHash('sha256').update(value).digest());
    expect(JSON.stringify(row)).not.toContain(value);
  });

  it('answers the workspace’s published shape, for its only agent', async () => {
    const zoe = await app.register('Zoe');
    const path = `/v2/workspace/${zoe.workspaceId}`;
    const post = (route: string, body: object) => app.inject('POST', `${path}/${route}`, { token: zoe.token, body });
    expect((await post('create-channel', { name: 'Loja' })).body.errors[0].path).toBe('agentId');
    const agent = (await post('agents', { name: 'Bia' })).body;
    const created = await post('create-channel', { name: 'Loja' });
    expect(created.body).toEqual({
      id: expect.any(String),
      name: 'Loja',
      type: 'WHATSAPP',
      assistantId: agent.id,
      workspace: { id: zoe.workspaceId, name: expect.any(String) },
    });
    const other = (await post('agents', { name: 'Eva' })).body;
    expect((await post('create-channel', { name: 'Loja' })).status).toBe(400);
    expect((await post('create-channel', { name: 'Loja', agentId: other.id })).body.assistantId).toBe(other.id);
  });

  it.each(['INSTAGRAM', 'WIDGET', 'API'])('refuses %s by its name', async (type) => {
    const answer = await create({ name: 'x', type });
    expect([answer.status, answer.body.code]).toEqual([422, 'CHANNEL_TYPE_NOT_SUPPORTED']);
    expect(answer.body.error).toContain(type);
  });

  it('leaves nothing when the gateway fails', async () => {
    const before = await whatsappCount();
    const failure = failNext('POST /instance/create');
    const answer = await create();
    expect([answer.status, answer.body.code]).toEqual([502, 'GATEWAY_FAILED']);
    expect(failure.hits).toBe(1);
    expect(answer.text).not.toContain('CANARY-DETAIL');
    expect(await whatsappCount()).toBe(before);
  });

  it('leaves nothing when the gateway made the instance and its answer was lost', async () => {
    const before = await whatsappCount();
    const known = app.gateway.instances().length;
    failNext('POST /instance/create', 'reset-after');
    expect((await create()).status).toBe(502);
    expect(await whatsappCount()).toBe(before);
    expect(app.gateway.instances()).toHaveLength(known);
  });
});

describe('the QR code', () => {
  it('is the gateway’s, and our own face draws it', async () => {
    const { id } = (await create()).body;
    const published = await call('GET', `/v2/channel/${id}/qr-code`);
    expect(published.body).toEqual({ value: expect.any(String) });
    const own = await call('GET', `/channel/${id}/qr-code`);
    expect(own.body.data).toEqual({
      value: expect.any(String),
      png: expect.stringMatching(/^data:image\/png;base64,/),
      pairingCode: null,
    });
  });

  it('is asked for anew once it is older than WhatsApp shows it', async () => {
    const { id } = (await create()).body;
    await app.until('SELECT qr_code FROM channels WHERE id = $1', [id], (row) => row?.['qr_code'] != null);
    await app.db.query(`UPDATE channels SET qr_code = 'stale', qr_at = now() - interval '41 s' WHERE id = $1`, [id]);
    expect((await call('GET', `/v2/channel/${id}/qr-code`)).body.value).not.toBe('stale');
  });

  it('makes the instance anew when the gateway has lost it', async () => {
    const { id } = (await create()).body;
    const { webhook_secret_hash: before } = await rowOf(id);
    await gateway.deleteInstance(`tawkee-${id}`);
    expect((await call('PUT', `/v2/channel/${id}/refresh-qr-code`)).body).toEqual({ success: true });
    expect(await gateway.connectionState(`tawkee-${id}`)).not.toBe('open');
    expect((await rowOf(id)).webhook_secret_hash).not.toEqual(before);
  });

  it('is not needed once a phone has scanned it, and again after it was unlinked', async () => {
    const shop = await app.openShop();
    const get = (method: string, path: string) => app.inject(method, path, { token: shop.token });
    expect((await get('GET', `/v2/channel/${shop.channelId}/qr-code`)).body).toEqual({ connected: true });
    const listed = await get('GET', `/v2/agent/${shop.agentId}/search`);
    expect(listed.body).toMatchObject({ count: 1, data: [{ id: shop.channelId, type: 'WHATSAPP', connected: true }] });
    expect((await get('PUT', `/v2/channel/${shop.channelId}/disconnect`)).body).toEqual({ success: true });
    expect((await get('GET', `/v2/agent/${shop.agentId}/search`)).body.data[0].connected).toBe(false);
    expect((await get('GET', `/v2/channel/${shop.channelId}/qr-code`)).body).toEqual({ value: expect.any(String) });
  });
});

describe('late events', () => {
  const tell = async (shop: Shop, event: string, data: object) => {
    const headers = await app.webhookHeaders(shop.instanceName);
    const path = `/webhooks/evolution/${shop.workspaceId}/${shop.channelId}`;
    const answer = await app.inject('POST', path, { headers, body: { event, instance: shop.instanceName, data } });
    expect(answer.status).toBe(200);
  };
  const becomes = (shop: Shop, state: string) =>
    app.until('SELECT state FROM channels WHERE id = $1', [shop.channelId], (row) => row?.['state'] === state);

  it('do not show a linked phone as unlinked for longer than it takes to ask the gateway', async () => {
    const shop = await app.openShop();
    await tell(shop, 'qrcode.updated', { qrcode: { instance: shop.instanceName, code: '2@late', pairingCode: null } });
    await tell(shop, 'connection.update', { instance: shop.instanceName, state: 'connecting', statusReason: 200 });
    await becomes(shop, 'open');
    expect(await rowOf(shop.channelId)).toMatchObject({ qr_code: null });
  });

  it('do not show an unlinked phone as linked', async () => {
    const shop = await app.openShop();
    await app.gateway.disconnect(shop.instanceName, 401);
    await becomes(shop, 'close');
    await tell(shop, 'connection.update', { instance: shop.instanceName, state: 'open', statusReason: 200 });
    await becomes(shop, 'close');
  });

  it('of a channel that is gone do nothing', async () => {
    const channels = app.app.get(ChannelsService, { strict: false });
    await channels.applyConnection(ana.workspaceId, randomUUID(), { state: 'open', reason: 200 });
    await channels.applyQr(ana.workspaceId, randomUUID(), { code: '2@x', pairingCode: null });
    expect(await whatsappCount()).toBeGreaterThan(0);
  });
});

describe('the webhook address', () => {
  it('is put right at the gateway when ours has moved, and the rest is left alone', async () => {
    const { id } = (await create()).body;
    await app.db.query(`UPDATE channels SET webhook_url = 'http://old.example/x' WHERE id = $1`, [id]);
    failNext('POST /webhook/set');
    const reassertion = app.app.get(WebhookReassertionService, { strict: false });
    expect(await reassertion.reassert()).toBe(1);
    expect(await reassertion.reassert()).toBe(0);
    const url = `${app.url}/webhooks/evolution/${ana.workspaceId}/${id}`;
    expect(app.gateway.instances().find((i) => i.name === `tawkee-${id}`)?.webhookUrl).toBe(url);
    expect((await app.webhookHeaders(`tawkee-${id}`))['x-tawkee-secret']).toBeTruthy();
    expect((await rowOf(id)).webhook_url).toBe(url);
  });
});

describe('a channel', () => {
  it('is renamed, moved and deleted with its instance', async () => {
    const { id } = (await create()).body;
    const other = (await call('POST', `/v2/workspace/${ana.workspaceId}/agents`, { name: 'Eva' })).body;
    const moved = await call('PUT', `/v2/channel/${id}`, { name: 'Filial', agentId: other.id });
    expect(moved.body).toEqual({
      name: 'Filial',
      assistantId: other.id,
      type: 'WHATSAPP',
      workspace: { id: ana.workspaceId, name: expect.any(String) },
    });
    const [own] = (await call('GET', `/workspace/${ana.workspaceId}/channels?agentId=${other.id}`)).body.data;
    expect(own).toMatchObject({ id, name: 'Filial', agentId: other.id, agentName: 'Eva' });
    expect((await call('PUT', `/channel/${id}`, own)).status).toBe(200);
    expect((await call('PUT', `/channel/${id}`, { agentId: randomUUID() })).status).toBe(404);
    expect((await call('DELETE', `/channel/${id}`)).body).toEqual({ data: { success: true } });
    expect(await rowOf(id)).toBeUndefined();
    await expect(gateway.connectionState(`tawkee-${id}`)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('stays when the gateway cannot delete its instance', async () => {
    const { id } = (await create()).body;
    failNext('DELETE /instance/delete');
    expect((await call('DELETE', `/channel/${id}`)).body.code).toBe('GATEWAY_FAILED');
    expect(await rowOf(id)).toBeDefined();
  });

  it('that is built in can be neither deleted nor unlinked, and needs no code', async () => {
    const [api] = (await call('GET', `/agent/${agentId}/search?type=API`)).body.data;
    expect((await call('DELETE', `/channel/${api.id}`)).body.code).toBe('CONFLICT');
    expect((await call('PUT', `/channel/${api.id}/disconnect`)).body.code).toBe('CONFLICT');
    expect((await call('GET', `/v2/channel/${api.id}/qr-code`)).body).toEqual({ connected: true });
  });

  it.each(['', '/v2'])('takes back the configuration it answered (%s)', async (face) => {
    const { id } = (await create()).body;
    const path = `${face}/channel/${id}/config`;
    const open = (body: { data?: unknown }) => (face ? body : body.data) as Record<string, unknown>;
    const config = open((await call('GET', path)).body);
    expect(config).toMatchObject({
      id,
      tenant: ana.workspaceId,
      type: 'WHATSAPP',
      enabledTyping: true,
      startTrigger: null,
    });
    const changed = { ...config, enabledTyping: false, startTrigger: 'bom dia' };
    expect(open((await call('PUT', path, changed)).body)).toEqual(changed);
    await call('PUT', path, { endTrigger: 'tchau' });
    expect(open((await call('GET', path)).body)).toEqual({ ...changed, endTrigger: 'tchau' });
    expect((await call('PUT', path, { enabledTyping: 'yes' })).status).toBe(400);
  });
});
