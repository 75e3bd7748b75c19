import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ChannelsService } from '../../../src/channels/channels.service.js';
import { WebhookReassertionService } from '../../../src/channels/webhook-reassertion.service.js';
import { EvolutionApiClient, WEBHOOK_EVENTS } from '../../../src/evolution-api/evolution-api.client.js';
import { type Person, request, type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

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
const failNext = (match: string, fault: 'error' | 'reset-after' | 'no-code' = 'error') => {
  const rule = app.gateway.misbehave({ on: 'request', fault, match, times: 1, status: 500, message: 'CANARY-DETAIL' });
  faults.push(rule);
  return rule;
};
const call = (method: string, path: string, body?: unknown) => app.inject(method, path, { token: ana.token, body });
const create = (body: object = { name: 'Loja', type: 'WHATSAPP' }) =>
  call('POST', `/v2/agent/${agentId}/create-channel`, body);
const rowOf = async (id: string) => (await app.db.query('SELECT * FROM channels WHERE id = $1', [id])).rows[0];
const auditOf = async (id: string) =>
  (await app.db.query('SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY created_at, id', [id])).rows.map(
    (row) => row.action,
  );
const askGateway = async (method: string, path: string) =>
  (await request(app.gateway.url, method, path, { headers: { apikey: 'test-gateway-key' } })).body;
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

describe('a code that is not there yet', () => {
  it.each(['', '/v2'])('is asked for again by who wants it (%s)', async (face) => {
    const { id } = (await create()).body;
    await app.gateway.webhooksIdle();
    // The event that brings the code would be faster than the answer.
    faults.push(app.gateway.misbehave({ on: 'webhook', fault: 'drop', events: ['qrcode.updated'] }));
    await app.db.query('UPDATE channels SET qr_code = NULL WHERE id = $1', [id]);
    for (const [method, route] of [
      ['GET', 'qr-code'],
      ['PUT', 'refresh-qr-code'],
    ] as const) {
      failNext('GET /instance/connect', 'no-code');
      const answer = await call(method, `${face}/channel/${id}/${route}`);
      expect([route, answer.status, answer.body.code]).toEqual([route, 503, 'TEMPORARILY_UNAVAILABLE']);
      expect(answer.headers['retry-after']).toBe('3');
    }
  });
});

describe('linking by a typed code', () => {
  const ask = (id: string, phone = '+55 (81) 98888-0001') => call('POST', `/channel/${id}/pairing-code`, { phone });

  it('makes the instance anew for that phone, since its socket was opened to scan', async () => {
    const { id } = (await create()).body;
    const { webhook_secret_hash: before } = await rowOf(id);
    const answer = await ask(id);
    expect([answer.status, answer.body.data]).toEqual([
      200,
      {
        pairingCode: expect.stringMatching(/^[0-9A-Z]{8}$/),
        value: expect.any(String),
        png: expect.stringMatching(/^data:image/),
      },
    ]);
    const shown = await call('GET', `/channel/${id}/qr-code`);
    expect(shown.body.data).toEqual(answer.body.data);
    expect((await rowOf(id)).webhook_secret_hash).not.toEqual(before);
    const audit = await auditOf(id);
    expect(audit).toContain('channel.pairing_begun');
    expect(await askGateway('GET', `/instance/fetchInstances?instanceName=tawkee-${id}`)).toMatchObject([
      { number: '5581988880001' },
    ]);
  });

  it('waits while the gateway still holds the name of the instance it deleted', async () => {
    const { id } = (await create()).body;
    const taken = { on: 'request', fault: 'error', match: 'POST /instance/create', times: 1, status: 403 } as const;
    const rule = app.gateway.misbehave({ ...taken, message: `This name "tawkee-${id}" is already in use.` });
    faults.push(rule);
    expect((await ask(id)).status).toBe(200);
    expect(rule.hits).toBe(1);
  });

  it('says so when the gateway has no code yet, and shows it once it comes', async () => {
    const { id } = (await create()).body;
    failNext('POST /instance/create', 'no-code');
    const answer = await ask(id);
    expect([answer.status, answer.body.code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
    await app.until('SELECT pairing_code FROM channels WHERE id = $1', [id], (row) => row?.['pairing_code'] != null);
    expect((await call('GET', `/channel/${id}/qr-code`)).body.data.pairingCode).toMatch(/^[0-9A-Z]{8}$/);
  });

  it('is not needed by a linked phone, and not for a channel without one', async () => {
    const shop = await app.openShop();
    const linked = await app.inject('POST', `/channel/${shop.channelId}/pairing-code`, {
      token: shop.token,
      body: { phone: '5581988880001' },
    });
    expect(linked.body).toEqual({ data: { connected: true } });
    const [api] = (await call('GET', `/agent/${agentId}/search?type=API`)).body.data;
    expect((await ask(api.id)).body.code).toBe('CONFLICT');
  });

  it('fails where the gateway does, and takes no word for a phone', async () => {
    const { id } = (await create()).body;
    failNext('POST /instance/create');
    expect((await ask(id)).body.code).toBe('GATEWAY_FAILED');
    const refused = await ask(id, 'minha casa');
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'phone']);
  });
});

describe('reconnecting', () => {
  const reconnect = (shop: Shop) => app.inject('PUT', `/channel/${shop.channelId}/reconnect`, { token: shop.token });

  it('keeps the link of a phone whose socket is open', async () => {
    const shop = await app.openShop();
    const restarts = app.gateway.misbehave({ on: 'request', fault: 'delay', ms: 0, match: 'POST /instance/restart' });
    faults.push(restarts);
    expect((await reconnect(shop)).body).toEqual({ data: { success: true } });
    expect(restarts.hits).toBe(1);
    await app.until('SELECT state FROM channels WHERE id = $1', [shop.channelId], (row) => row?.['state'] === 'open');
    expect(app.gateway.instances().map((i) => i.name)).toContain(shop.instanceName);
    expect(await auditOf(shop.channelId)).toContain('channel.reconnected');
  });

  it('shows a code where the session is over', async () => {
    const shop = await app.openShop();
    await app.gateway.disconnect(shop.instanceName, 401);
    expect((await reconnect(shop)).status).toBe(200);
    expect(await rowOf(shop.channelId)).toMatchObject({ state: 'connecting', qr_code: expect.any(String) });
  });

  it('is refused for a channel without a phone, and fails where the gateway does', async () => {
    const [api] = (await call('GET', `/agent/${agentId}/search?type=API`)).body.data;
    expect((await call('PUT', `/channel/${api.id}/reconnect`)).body.code).toBe('CONFLICT');
    const { id } = (await create()).body;
    failNext('POST /instance/restart');
    expect((await call('PUT', `/channel/${id}/reconnect`)).body.code).toBe('GATEWAY_FAILED');
  });
});

describe('the published shapes', () => {
  it('of a workspace’s channels name what other types have', async () => {
    const { id } = (await create()).body;
    const path = `/v2/workspace/${ana.workspaceId}/channels?pageSize=100&agentId=`;
    const { data } = (await call('GET', path)).body;
    expect(data.find((c: { id: string }) => c.id === id)).toEqual({
      id,
      name: 'Loja',
      type: 'WHATSAPP',
      agentId,
      agentName: 'Bia',
      agentPicture: null,
      connected: false,
      facebookPageId: null,
      username: null,
    });
  });

  it('of a configuration have the settings of a WhatsApp number only; ours have all', async () => {
    const { id } = (await create()).body;
    const keys = ['audioAction', 'enabledTyping', 'endTrigger', 'id', 'startTrigger', 'tenant', 'type'];
    for (const method of ['GET', 'PUT'])
      expect(Object.keys((await call(method, `/v2/channel/${id}/config`)).body).sort()).toEqual(keys);
    // What the published face does not show can be written on it, and is not lost when it is written to.
    await call('PUT', `/v2/channel/${id}/config`, { callRejectMessage: 'Escreva, por favor' });
    await call('PUT', `/v2/channel/${id}/config`, { endTrigger: 'tchau' });
    const own = (await call('GET', `/channel/${id}/config`)).body.data;
    expect(own).toMatchObject({ callRejectMessage: 'Escreva, por favor', endTrigger: 'tchau' });
  });

  it.each(['', '/v2'])('of an assistant’s channel are those of a workspace’s (%s)', async (face) => {
    const path = (type: string) => `${face}/assistant/${agentId}/create-channel/${type}`;
    const made = await call('POST', path('WHATSAPP'), { name: 'Velha', assistantId: agentId });
    expect(made.status).toBe(face ? 200 : 201);
    if (face)
      expect(made.body).toEqual({
        id: expect.any(String),
        name: 'Velha',
        type: 'WHATSAPP',
        assistantId: agentId,
        workspace: { id: ana.workspaceId, name: expect.any(String) },
      });
    const refused = await call('POST', path('TELEGRAM'), { name: 'x' });
    expect([refused.status, refused.body.code]).toEqual([422, 'CHANNEL_TYPE_NOT_SUPPORTED']);
    failNext('POST /instance/create');
    expect((await call('POST', path('WHATSAPP'), { name: 'x' })).status).toBe(502);
  });

  it.each(['', '/v2'])('of widgets are not there yet (%s)', async (face) => {
    const { id } = (await create()).body;
    expect((await call('PUT', `${face}/channel/${id}/widget-settings`, {})).body.code).toBe('NOT_IMPLEMENTED');
    expect((await call('GET', `${face}/channel/${id}/widget-links`)).body.code).toBe('NOT_IMPLEMENTED');
  });
});

describe('every status a route documents', () => {
  it.each(['', '/v2'])('is answered (%s)', async (face) => {
    const { id } = (await create()).body;
    const [api] = (await call('GET', `/agent/${agentId}/search?type=API`)).body.data;
    const other = (await call('POST', `/v2/workspace/${ana.workspaceId}/agents`, { name: `Ada${face}` })).body;
    const codeOf = async (method: string, path: string, body?: unknown) =>
      (await call(method, face + path, body)).body.code;
    expect(await codeOf('PUT', `/channel/${api.id}`, { agentId: other.id })).toBe('CONFLICT');
    expect(await codeOf('PUT', `/channel/${id}`, { name: 'x', agentId: randomUUID() })).toBe('NOT_FOUND');
    expect((await call('PUT', `${face}/channel/${id}`, { name: 'x', agentId: null })).status).toBe(200);
    for (const [method, route] of [
      ['DELETE', ''],
      ['PUT', '/disconnect'],
      ['PUT', '/refresh-qr-code'],
    ])
      expect([route, await codeOf(method!, `/channel/${api.id}${route}`)]).toEqual([route, 'CONFLICT']);
    await app.db.query(`UPDATE channels SET qr_code = NULL, state = 'connecting' WHERE id = $1`, [id]);
    for (const [method, route] of [
      ['GET', '/qr-code'],
      ['PUT', '/refresh-qr-code'],
    ]) {
      failNext('GET /instance/connect');
      expect([route, await codeOf(method!, `/channel/${id}${route}`)]).toEqual([route, 'GATEWAY_FAILED']);
    }
    for (const [method, route] of [
      ['PUT', '/disconnect'],
      ['DELETE', ''],
    ]) {
      failNext('DELETE /instance/delete');
      expect([route, await codeOf(method!, `/channel/${id}${route}`)]).toEqual([route, 'GATEWAY_FAILED']);
    }
    const ofWorkspace = `/workspace/${ana.workspaceId}/create-channel`;
    for (const path of [`/agent/${agentId}/create-channel`, ofWorkspace]) {
      const body = { name: 'x', type: 'WIDGET', ...(path === ofWorkspace && { agentId }) };
      expect(await codeOf('POST', path, body)).toBe('CHANNEL_TYPE_NOT_SUPPORTED');
      failNext('POST /instance/create');
      expect(await codeOf('POST', path, { ...body, type: 'WHATSAPP' })).toBe('GATEWAY_FAILED');
    }
    expect((await call('POST', face + ofWorkspace, { name: 'x', agentId })).status).toBe(face ? 200 : 201);
    expect(
      (await call('POST', `${face}/agent/${agentId}/create-channel`, { name: 'x', type: 'WHATSAPP' })).status,
    ).toBe(face ? 200 : 201);
    for (const [method, route] of [
      ['GET', '/qr-code'],
      ['PUT', '/refresh-qr-code'],
      ['PUT', '/disconnect'],
      ['DELETE', ''],
    ])
      expect([route, (await call(method!, `${face}/channel/${id}${route}`)).status]).toEqual([route, 200]);
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

  it('of a link that is lost are told to people once, with what to do in their language', async () => {
    const shop = await app.openShop();
    await app.gateway.disconnect(shop.instanceName, 401);
    await becomes(shop, 'close');
    await tell(shop, 'connection.update', { instance: shop.instanceName, state: 'close', statusReason: 401 });
    const { rows } = await app.db.query('SELECT kind, times FROM notices WHERE workspace_id = $1', [shop.workspaceId]);
    expect(rows).toEqual([{ kind: 'channel.closed', times: 1 }]);
    const shown = await app.inject('GET', `/channel/${shop.channelId}`, {
      token: shop.token,
      headers: { 'accept-language': 'pt-BR' },
    });
    expect(shown.body.data.connection).toMatchObject({
      state: 'close',
      reason: 401,
      guidance: 'O celular encerrou esta conexão. Leia um novo QR code para conectar de novo.',
    });
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
    expect((await rowOf(id)).webhook_url).toBe(`${url}#${WEBHOOK_EVENTS.join(',')}`);
  });

  it('is set again where an older version asked for fewer events', async () => {
    const { id } = (await create()).body;
    const url = `${app.url}/webhooks/evolution/${ana.workspaceId}/${id}`;
    const reassertion = app.app.get(WebhookReassertionService, { strict: false });
    for (const mark of [url, `${url}#QRCODE_UPDATED`]) {
      await app.db.query(`UPDATE channels SET webhook_url = $2 WHERE id = $1`, [id, mark]);
      expect(await reassertion.reassert()).toBe(0);
      expect((await rowOf(id)).webhook_url).toBe(`${url}#${WEBHOOK_EVENTS.join(',')}`);
    }
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
    const { connection, ...shown } = (await call('GET', `/channel/${id}`)).body.data;
    expect(shown).toEqual(own);
    expect(connection).toEqual({
      state: own.state,
      reason: expect.toBeOneOf([null, 200]),
      since: expect.any(String),
      guidance: 'The number is connecting. If a QR code shows, scan it with the phone.',
    });
    expect((await call('PUT', `/channel/${id}`, own)).status).toBe(200);
    expect((await call('PUT', `/channel/${id}`, { agentId: randomUUID() })).status).toBe(404);
    await call('PUT', `/channel/${id}/config`, { enabledTyping: false });
    await call('PUT', `/channel/${id}/disconnect`);
    expect((await call('DELETE', `/channel/${id}`)).body).toEqual({ data: { success: true } });
    expect(await rowOf(id)).toBeUndefined();
    await expect(gateway.connectionState(`tawkee-${id}`)).rejects.toMatchObject({ kind: 'not_found' });
    const { rows } = await app.db.query(
      'SELECT action, user_id, details FROM audit_events WHERE subject_id = $1 ORDER BY created_at, id',
      [id],
    );
    expect(rows.map(({ action, details }) => [action, details])).toEqual([
      ['channel.created', { agentId, type: 'WHATSAPP' }],
      ['channel.moved', { from: agentId, to: other.id }],
      ['channel.renamed', { name: 'Filial' }],
      ['channel.config_changed', { fields: ['enabledTyping'] }],
      ['channel.disconnected', {}],
      ['channel.deleted', {}],
    ]);
    expect(new Set(rows.map((row) => row.user_id))).toEqual(new Set([ana.userId]));
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
