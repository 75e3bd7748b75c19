import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DocumentedOperation, documentedOperations, fillPath } from '../support/openapi-document.js';
import { bodyFor, isUuid, mapIds, randomIds } from '../support/operation-fixtures.js';
import { buildTenantWorld, type TenantWorld } from '../support/tenant-world.js';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';

/** Every route a stranger may knock at. Another one is a decision, and belongs here. */
const PUBLIC = [
  'GET /auth/facebook',
  'GET /auth/facebook/callback',
  'GET /auth/google',
  'GET /auth/google/callback',
  'GET /auth/providers',
  'GET /health/live',
  'GET /health/ready',
  'POST /auth/exchange',
  'POST /auth/forgot-password',
  'POST /auth/login',
  'POST /auth/logout',
  'POST /auth/refresh',
  'POST /auth/register',
  'POST /auth/resend-verification',
  'POST /auth/reset-password',
  'POST /auth/verify-email',
  'POST /invitations/preview',
];

const operations = documentedOperations();
const guarded = operations.filter((operation) => !operation.isPublic);
const withIds = guarded.filter((operation) => operation.pathParameters.length > 0);
const names = (of: readonly DocumentedOperation[]) => of.map((operation) => [operation.id, operation] as const);
/** What belongs to nobody yet, and so is nobody's to protect: its routes answer 501. */
const hasNoOwner = ({ path }: DocumentedOperation) => path.includes('/mcp/{mcpId}');

let app: TestApp;
/** The business that is attacked, and the one that attacks. */
let ana: TenantWorld;
let bruno: TenantWorld;
let before: Record<string, string>;
/** What has left the house: messages through Ana's number, questions to the model. */
const said = () => ({
  sends: app.gateway.sends.filter(({ instance }) => instance === ana.shop.instanceName).length,
  thoughts: app.model.requests.length,
});
let saidBefore: ReturnType<typeof said>;

beforeAll(async () => {
  app = await startTestApp();
  ana = await buildTenantWorld(app, 'CANARYANA');
  bruno = await buildTenantWorld(app, 'CANARYBRUNO');
  before = await snapshot();
}, 120_000);
afterAll(() => app?.close());

/** A hash of every row that belongs to Ana's business, by table. */
async function snapshot(): Promise<Record<string, string>> {
  // Receipts that overtook their message are settled by the installation itself.
  const tables = await app.db.query<{ table: string }>(
    `SELECT table_name AS table FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'workspace_id' AND table_name <> 'parked_statuses' ORDER BY 1`,
  );
  const hashes = tables.rows.map(async ({ table }) => {
    const { rows } = await app.db.query(
      `SELECT md5(coalesce(string_agg(r, '|' ORDER BY r), '')) AS hash FROM (SELECT (to_jsonb(t) - '{last_used_at,last_event_at,last_inbound_at,filled_until}'::text[])::text AS r FROM ${table} t WHERE workspace_id = $1) t`,
      [ana.ids['workspaceId']],
    );
    return [table, rows[0].hash] as const;
  });
  const workspace = await app.db.query('SELECT md5(w::text) AS hash FROM workspaces w WHERE id = $1', [
    ana.ids['workspaceId'],
  ]);
  return { ...Object.fromEntries(await Promise.all(hashes)), workspaces: workspace.rows[0].hash };
}

const call = (operation: DocumentedOperation, ids: TenantWorld['ids'], token?: string, headers = {}) =>
  app.inject(operation.method, fillPath(operation, ids), { token, headers, body: bodyFor(operation, ids) });

/** An answer without what differs between any two. */
const comparable = ({ status, body }: Answer) => {
  const { requestId: _, instance: __, ...rest } = body ?? {};
  return { status, ...rest };
};

const seal = (header: object, payload: object, secret?: string) => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${secret === undefined ? '' : createHmac('sha256', secret).update(text).digest('base64url')}`;
};

/** Everything that is no way in, made for Ana: were one of them accepted, her data would be open. */
async function forgeries(): Promise<Record<string, Record<string, string>>> {
  const now = Math.floor(Date.now() / 1000);
  const [header, payload] = ana.shop.token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [object, Record<string, unknown>];
  const secret = app.config.jwtSecret;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const revoked = await app.inject('POST', `/workspaces/${ana.ids['workspaceId']}/api-keys`, {
    token: ana.shop.token,
    body: { name: 'revoked', role: 'ADMIN' },
  });
  const { key, id } = revoked.body.data;
  await app.inject('DELETE', `/workspaces/${ana.ids['workspaceId']}/api-keys/${id}`, { token: ana.shop.token });
  const webhook = await app.webhookHeaders(ana.shop.instanceName);
  const gone = await app.register();
  await app.db.query('DELETE FROM workspaces WHERE id = $1', [gone.workspaceId]);
  await app.db.query('DELETE FROM users WHERE id = $1', [gone.userId]);
  return {
    'no token': {},
    'an empty token': { authorization: 'Bearer ' },
    'another scheme': { authorization: `Basic ${ana.shop.token}` },
    garbage: bearer('garbage'),
    expired: bearer(seal(header, { ...payload, iat: now - 2_000, exp: now - 1_000 }, secret)),
    'not valid yet': bearer(seal(header, { ...payload, nbf: now + 1_000 }, secret)),
    'algorithm none': bearer(seal({ ...header, alg: 'none' }, payload)),
    'an empty secret': bearer(seal(header, payload, '')),
    'a guessed secret': bearer(seal(header, payload, 'secret')),
    'another issuer': bearer(seal(header, { ...payload, iss: 'other' }, secret)),
    'another audience': bearer(seal(header, { ...payload, aud: 'other' }, secret)),
    'a refresh token': bearer(ana.shop.refreshToken),
    'a webhook secret': bearer(Object.values(webhook)[0] ?? ''),
    'a revoked API key': bearer(key),
    'an API key that never was': bearer(`${ana.apiKey.slice(0, -4)}AAAA`),
    'a person who is gone': bearer(gone.token),
  };
}

it('knows who may come in unasked', () => {
  const open = operations.filter((operation) => operation.isPublic);
  expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(PUBLIC);
});

it('has a summary, an action and a fixture for every operation', () => {
  const lacking = operations.flatMap((operation) => {
    const fault = (() => {
      if (!operation.isPublic && !operation.action) return 'no action';
      try {
        fillPath(operation, ana.ids);
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    })();
    return fault ? [`${operation.id}: ${fault}`] : [];
  });
  expect(lacking).toEqual([]);
});

describe('who is nobody', () => {
  let attempts: Record<string, Record<string, string>>;
  beforeAll(async () => {
    attempts = await forgeries();
    before = await snapshot();
    saidBefore = said();
  });

  it.each(names(guarded))('%s: one 401 for all of them', async (_, operation) => {
    const answers: Record<string, unknown> = {};
    for (const [name, headers] of Object.entries(attempts)) {
      const answer = await call(operation, ana.ids, undefined, headers);
      expect(answer.headers['www-authenticate'], name).toBe('Bearer');
      answers[name] = comparable(answer);
    }
    const [first] = Object.values(answers);
    expect(first).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
    expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((name) => [name, first])));
  });
});

describe('what belongs to others', () => {
  const idParameters = (operation: DocumentedOperation) =>
    operation.pathParameters.filter((name) => isUuid(ana.ids[name]!));
  /** A path's ids, some of them Ana's: all, and each one alone among the caller's own. */
  const mixtures = (operation: DocumentedOperation) => [
    ana.ids,
    ...(idParameters(operation).length > 1
      ? idParameters(operation).map((stolen) =>
          mapIds(bruno.ids, (name, own) => (name === stolen ? ana.ids[name]! : own)),
        )
      : []),
  ];

  it.each(names(withIds))('%s: looks exactly like what does not exist', async (_, operation) => {
    if (hasNoOwner(operation)) {
      expect((await call(operation, ana.ids, bruno.shop.token)).status).toBe(501);
      return;
    }
    const callers = [bruno.shop.token, ana.removed.token, bruno.apiKey];
    for (const token of callers) {
      // An API key may be refused for being one, before anything is looked up.
      const unknown = comparable(await call(operation, randomIds(ana.ids), token));
      expect([
        404,
        ...(token === bruno.apiKey ? [403] : []),
        ...(operation.action === 'operator' ? [403] : []),
      ]).toContain(unknown['status']);
      for (const ids of token === bruno.shop.token ? mixtures(operation) : [ana.ids]) {
        const answer = await call(operation, ids, token);
        expect(comparable(answer)).toEqual(unknown);
        expect(answer.text).not.toContain(ana.canary);
      }
    }
  });

  it.each(names(withIds))('%s: a malformed id is refused as such', async (_, operation) => {
    for (const wrong of ['x', '1', '..%2f..%2fx', '%00', 'null', '[]', `${randomUUID()}'`, 'x'.repeat(400)]) {
      const ids = mapIds(bruno.ids, (name) => (operation.pathParameters.includes(name) ? wrong : bruno.ids[name]!));
      const answer = await call(operation, ids, bruno.shop.token);
      // A path may be malformed as a whole, and then no route is found.
      expect([400, 404, ...(operation.action === 'operator' ? [403] : [])], wrong).toContain(answer.status);
    }
  });

  it.each(names(guarded.filter((operation) => operation.body)))(
    '%s: an id in a body reaches nothing',
    async (_, operation) => {
      const body = bodyFor(operation, bruno.ids);
      const stolen = JSON.stringify(body).replaceAll(/"(\w+Id)":"([\da-f-]{36})"/g, (whole, key: string) =>
        key in ana.ids ? `"${key}":"${ana.ids[key]}"` : whole,
      );
      if (stolen === JSON.stringify(body)) return;
      const answer = await app.inject(operation.method, fillPath(operation, bruno.ids), {
        token: bruno.shop.token,
        body: JSON.parse(stolen),
      });
      expect([400, 403, 404, 501]).toContain(answer.status);
      expect(answer.text).not.toContain(ana.canary);
    },
  );

  it.each(names(guarded.filter(({ method, queryParameters }) => method === 'GET' && queryParameters.length > 0)))(
    '%s: no filter widens a list',
    async (_, operation) => {
      const queries = [
        ...operation.queryParameters.filter((name) => name in ana.ids).map((name) => `${name}=${ana.ids[name]}`),
        `workspaceId=${ana.ids['workspaceId']}`,
        'query=CANARY',
        'query=%25',
        'pageSize=100',
      ];
      for (const query of queries) {
        const face = operation.path.startsWith('/v2') ? '' : '&include=workspace';
        const answer = await app.inject('GET', `${fillPath(operation, bruno.ids)}?${query}${face}`, {
          token: bruno.shop.token,
        });
        expect(answer.status, query).toBeLessThan(500);
        expect(answer.text, query).not.toContain(ana.canary);
      }
    },
  );
});

describe('who may not', () => {
  const below: Record<string, (world: TenantWorld) => string | undefined> = {
    chat: (world) => world.members.VIEWER.token,
    configure: (world) => world.members.MEMBER.token,
    administer: (world) => world.members.MEMBER.token,
    own: (world) => world.members.ADMIN.token,
    person: (world) => world.apiKey,
    operator: (world) => world.shop.token,
  };

  it.each(names(guarded.filter(({ action }) => action !== 'read')))('%s: is told so', async (_, operation) => {
    const token = below[operation.action!]?.(ana);
    expect(token).toBeDefined();
    const answer = await call(operation, ana.ids, token);
    expect(comparable(answer)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });

  it.each(names(guarded.filter(({ action }) => action === 'chat' || action === 'configure')))(
    '%s: not even the owner while the workspace is suspended',
    async (_, operation) => {
      if (hasNoOwner(operation) || operation.pathParameters.length === 0) return;
      await suspend(bruno, true);
      const answer = await call(operation, bruno.ids, bruno.shop.token).finally(() => suspend(bruno, false));
      expect(comparable(answer)).toMatchObject({ status: 403, code: 'WORKSPACE_SUSPENDED' });
    },
  );
});

const suspend = (world: TenantWorld, on: boolean) =>
  app.db.query(`UPDATE workspaces SET suspended_at = ${on ? 'now()' : 'NULL'} WHERE id = $1`, [
    world.ids['workspaceId'],
  ]);

it('leaves every row of the business that was attacked as it was, and says nothing in its name', async () => {
  expect(await snapshot()).toEqual(before);
  expect(said()).toEqual(saidBefore);
});

describe('what is one’s own', () => {
  /** What takes something away goes last, what is inside first, so that everything is still there when it is asked for. */
  const ORDER = ['interaction', 'chat', 'contact', 'training', 'intention', 'channel', 'agent', 'custom-field'];
  /** What ends the caller's own way in, in the order in which it can be done. */
  const LAST = [
    'DELETE /workspaces/{workspaceId}',
    'POST /workspaces/{workspaceId}/restore',
    'POST /workspaces/{workspaceId}/transfer',
    'POST /workspaces/{workspaceId}/leave',
    'POST /auth/change-email',
    'POST /auth/logout-all',
    'POST /auth/change-password',
  ];
  const rank = ({ method, path }: DocumentedOperation): number => {
    const last = LAST.indexOf(`${method} ${path}`);
    if (last >= 0) return 10_000 + last;
    if (/\/disconnect$/.test(path)) return 90;
    if (method !== 'DELETE') return method === 'GET' ? 0 : 10;
    const segments = path.replace(/^\/v2/, '').split('/').filter(Boolean);
    return 100 + 100 * (10 - segments.length) + Math.max(0, ORDER.indexOf(segments[0]!));
  };

  const signIn = async ({ shop: { email, password } }: TenantWorld): Promise<string> =>
    (await app.inject('POST', '/auth/login', { body: { email, password } })).body.data.accessToken;

  it.each([
    ['/v2', 'the published face'],
    ['', 'our own face'],
  ])('is open on %s', async (face) => {
    const world = await buildTenantWorld(app, `CANARYOWN${face.slice(1)}`);
    const mine = guarded
      .filter(({ path }) => path.startsWith('/v2/') === (face === '/v2'))
      .filter(({ action }) => action !== 'operator')
      // Its token is in a mail to somebody else.
      .filter(({ path }) => path !== '/invitations/accept')
      .sort((a, b) => rank(a) - rank(b));
    const refused: string[] = [];
    let { token } = world.shop;
    for (const operation of mine) {
      const answer = await call(operation, world.ids, token);
      if (operation.path === '/auth/logout-all') token = await signIn(world);
      const expected = operation.statuses.filter((status) => ![400, 401, 403, 404, 415].includes(status));
      if (!expected.includes(answer.status))
        refused.push(`${operation.id}: ${answer.status} ${answer.text.slice(0, 300)}`);
    }
    expect(refused).toEqual([]);
  });
});

it('takes JSON and nothing else', async () => {
  const wrong: string[] = [];
  for (const operation of operations.filter(({ body }) => body)) {
    const answer = await app.inject(operation.method, fillPath(operation, bruno.ids), {
      token: bruno.shop.token,
      raw: '<a/>',
      headers: { 'content-type': 'application/xml' },
    });
    if (answer.status !== 415) wrong.push(`${operation.id}: ${answer.status}`);
  }
  expect(wrong).toEqual([]);
});
