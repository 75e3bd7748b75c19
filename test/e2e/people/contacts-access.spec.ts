import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, type Shop, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let shop: Shop;
let stranger: Person;
let ids: Record<string, string>;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
  stranger = await app.register('Rui');
  const { workspaceId, agentId, channelId } = shop;
  const must = async (path: string, body: unknown) =>
    (await app.inject('POST', path, { token: shop.token, body })).body.data.id as string;
  const contactId = await must(`/workspace/${workspaceId}/contacts`, { name: 'Ana', phone: '5581999990000' });
  const customFieldId = await must(`/custom-field/workspace/${workspaceId}`, { name: 'Nota' });
  const [chatId, interactionId, quarantineId] = [randomUUID(), randomUUID(), randomUUID()];
  await app.db.query(
    `INSERT INTO chats (workspace_id, id, channel_id, contact_id, address) VALUES ($1, $2, $3, $4, 'x')`,
    [workspaceId, chatId, channelId, contactId],
  );
  await app.db.query('INSERT INTO interactions (workspace_id, id, chat_id, agent_id) VALUES ($1, $2, $3, $4)', [
    workspaceId,
    interactionId,
    chatId,
    agentId,
  ]);
  await app.db.query(
    `INSERT INTO webhook_quarantine (workspace_id, id, channel_id, body, error) VALUES ($1, $2, $3, '{}', 'x')`,
    [workspaceId, quarantineId, channelId],
  );
  const assistantId = agentId;
  ids = { workspaceId, agentId, assistantId, channelId, contactId, customFieldId, interactionId, quarantineId };
});
afterAll(() => app.close());

interface Route {
  readonly route: string;
  readonly needs: 'read' | 'chat' | 'configure';
  /** A body it would accept; a route without one takes none. */
  readonly body?: object;
  /** A body and a query it refuses. */
  readonly badBody?: object;
  readonly badQuery?: string;
  readonly faces?: readonly string[];
}

const OWN = [''];
const PAGED = 'page=0';
const ROUTES: Route[] = [
  { route: 'GET /workspace/:workspaceId/search', needs: 'read', badQuery: PAGED },
  { route: 'GET /workspace/:workspaceId/contact/:contactId', needs: 'read' },
  { route: 'PUT /contact/:contactId/update', needs: 'chat', body: { name: 'x' }, badBody: { name: 1 } },
  { route: 'POST /workspace/:workspaceId/contacts', needs: 'chat', body: { name: 'x' }, badBody: {}, faces: OWN },
  { route: 'DELETE /contact/:contactId', needs: 'configure', faces: OWN },
  { route: 'GET /custom-field/workspace/:workspaceId', needs: 'read', badQuery: PAGED },
  { route: 'POST /custom-field/workspace/:workspaceId', needs: 'configure', body: { name: 'x' }, badBody: {} },
  { route: 'PUT /custom-field/:customFieldId', needs: 'configure', body: { name: 'x' }, badBody: { type: 'X' } },
  { route: 'PUT /custom-field/toggle-archive/:customFieldId', needs: 'configure', badQuery: 'archived=1' },
  { route: 'GET /workspace/:workspaceId/interactions', needs: 'read', badQuery: 'status=OPEN' },
  { route: 'GET /interaction/:interactionId/messages', needs: 'read', badQuery: 'pageSize=1001' },
  { route: 'POST /interaction/:interactionId/resolve', needs: 'chat' },
  { route: 'DELETE /interaction/:interactionId', needs: 'configure' },
  { route: 'POST /workspace/:workspaceId/export', needs: 'read', body: {}, badBody: { page: 0 } },
  { route: 'GET /channel/:channelId', needs: 'read', faces: OWN },
  { route: 'GET /channel/:channelId/config', needs: 'read' },
  { route: 'PUT /channel/:channelId/config', needs: 'configure', body: {}, badBody: { enabledTyping: 1 } },
  { route: 'PUT /channel/:channelId', needs: 'configure', body: { name: 'x' }, badBody: { name: '' } },
  { route: 'GET /channel/:channelId/qr-code', needs: 'configure' },
  { route: 'PUT /channel/:channelId/refresh-qr-code', needs: 'configure' },
  { route: 'PUT /channel/:channelId/disconnect', needs: 'configure' },
  { route: 'PUT /channel/:channelId/reconnect', needs: 'configure', faces: OWN },
  {
    route: 'POST /channel/:channelId/pairing-code',
    needs: 'configure',
    body: { phone: '5581999990000' },
    badBody: { phone: 'x' },
    faces: OWN,
  },
  { route: 'PUT /channel/:channelId/widget-settings', needs: 'configure' },
  { route: 'GET /channel/:channelId/widget-links', needs: 'read' },
  { route: 'DELETE /channel/:channelId', needs: 'configure' },
  { route: 'GET /agent/:agentId/search', needs: 'read', badQuery: PAGED },
  { route: 'GET /workspace/:workspaceId/channels', needs: 'read', badQuery: 'agentId=x' },
  {
    route: 'POST /agent/:agentId/create-channel',
    needs: 'configure',
    body: { name: 'x', type: 'WHATSAPP' },
    badBody: { name: 'x' },
  },
  {
    route: 'POST /workspace/:workspaceId/create-channel',
    needs: 'configure',
    body: { name: 'x', type: 'WHATSAPP' },
    badBody: { type: 'WHATSAPP' },
  },
  {
    route: 'POST /assistant/:assistantId/create-channel/WHATSAPP',
    needs: 'configure',
    body: { name: 'x' },
    badBody: { name: 1 },
  },
  { route: 'GET /workspace/:workspaceId/webhook-quarantine', needs: 'configure', badQuery: PAGED, faces: OWN },
  { route: 'POST /workspace/:workspaceId/webhook-quarantine/:quarantineId/replay', needs: 'configure', faces: OWN },
];

const CASES = ROUTES.flatMap((route) => (route.faces ?? ['', '/v2']).map((face) => ({ ...route, face })));
const READS = new Set(['GET']);
const may = { VIEWER: ['read'], MEMBER: ['read', 'chat'] } as Record<string, string[]>;

/** The request of a route, its ids filled in from these. */
const ask = ({ route, face, body }: Route & { face: string }, own: Record<string, string>, options: object = {}) => {
  const [method, path] = route.split(' ') as [string, string];
  const place = path.replace(/:(\w+)/g, (_, name: string) => own[name]!);
  return app.inject(method, face + place, { token: stranger.token, body, ...options });
};
const random = () => Object.fromEntries(Object.keys(ids).map((name) => [name, randomUUID()]));
const malformed = () => Object.fromEntries(Object.keys(ids).map((name) => [name, 'x']));

/** What the installation notes of a channel by itself. */
const HOUSEKEEPING = `'{last_event_at,last_inbound_at,filled_until}'::text[]`;

const snapshot = async () => {
  const tables = ['channels', 'contacts', 'custom_fields', 'interactions', 'chats', 'webhook_quarantine'];
  const row = (table: string) => (table === 'channels' ? `to_jsonb(x) - ${HOUSEKEEPING}` : 'to_jsonb(x)');
  const parts = tables.map(
    (table) => `(SELECT jsonb_agg(${row(table)} ORDER BY id) FROM ${table} x)::text AS ${table}`,
  );
  return (await app.db.query(`SELECT ${parts.join(', ')}`)).rows[0];
};

async function join(role: string): Promise<Person> {
  const person = await app.register(role);
  await app.db.query('INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3)', [
    shop.workspaceId,
    person.userId,
    role,
  ]);
  return person;
}

describe('for others', () => {
  it.each(CASES)('$face $route looks like what does not exist', async (route) => {
    const before = await snapshot();
    const [foreign, unknown] = (await Promise.all([ask(route, ids), ask(route, random())])).map(
      ({ status, body: { requestId: _, instance: __, ...rest } }) => ({ status, rest }),
    );
    expect(foreign).toEqual(unknown);
    expect(foreign!.status).toBe(404);
    expect((await ask(route, malformed())).status).toBe(400);
    expect((await ask(route, ids, { token: undefined })).status).toBe(401);
    expect(await snapshot()).toEqual(before);
  });
});

describe.each(['VIEWER', 'MEMBER'])('a %s', (role) => {
  it('does what the role allows, and nothing else', async () => {
    const { token } = await join(role);
    const before = await snapshot();
    for (const route of CASES) {
      if (may[role]!.includes(route.needs)) {
        if (!READS.has(route.route.split(' ')[0]!) && !route.route.endsWith('/export')) continue;
        const { status } = await ask(route, ids, { token });
        expect([route.route, status]).toEqual([route.route, route.route.endsWith('widget-links') ? 501 : 200]);
      } else {
        const { status, body } = await ask(route, ids, { token });
        expect([route.route, status, body.code]).toEqual([route.route, 403, 'FORBIDDEN']);
      }
    }
    expect(await snapshot()).toEqual(before);
  });
});

describe('what was sent is checked', () => {
  it.each(CASES.filter((route) => route.body))('$face $route: body', async (route) => {
    const { token } = shop;
    const refused = await ask(route, ids, { token, body: route.badBody });
    expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    const form = {
      token,
      body: undefined,
      raw: 'name=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    expect((await ask(route, ids, form)).status).toBe(415);
  });

  it.each(CASES.filter((route) => route.badQuery))('$face $route: query', async (route) => {
    const refused = await ask({ ...route, route: `${route.route}?${route.badQuery}` }, ids, { token: shop.token });
    expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('the guides', () => {
  it.each([
    { path: '/communication-guide', expected: ['FORMAL', 'NORMAL', 'RELAXED'] },
    { path: '/goal-guide', expected: ['SUPPORT', 'SALE', 'PERSONAL'] },
  ])('$path is for everybody who is signed in', async ({ path, expected }) => {
    const answer = await app.inject('GET', path, { token: stranger.token });
    expect(answer.status).toBe(200);
    expect(answer.body.data.map((g: { type: string }) => g.type)).toEqual(expected);
    expect(answer.body.data.every((g: { guide: string }) => g.guide.length > 20)).toBe(true);
    expect((await app.inject('GET', path)).status).toBe(401);
  });
});
