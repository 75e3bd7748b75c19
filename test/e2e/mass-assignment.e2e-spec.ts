import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DocumentedOperation, documentedOperations, fillPath, type Schema } from '../support/openapi-document.js';
import { bodyFor } from '../support/operation-fixtures.js';
import { buildTenantWorld, type TenantWorld } from '../support/tenant-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let world: TenantWorld;
beforeAll(async () => {
  app = await startTestApp();
  world = await buildTenantWorld(app, 'CANARYMASS');
}, 60_000);
afterAll(() => app?.close());

/** What no body may set, however it is called. */
const FORBIDDEN = {
  id: '0193e6c5-5f7e-7c3a-9b1d-2a4f6c8e0b1d',
  workspaceId: '0193e6c5-5f7e-7c3a-9b1d-2a4f6c8e0b1d',
  userId: '0193e6c5-5f7e-7c3a-9b1d-2a4f6c8e0b1d',
  role: 'OWNER',
  isAdmin: true,
  isOperator: true,
  credits: 1_000_000,
  balance: 1_000_000,
  plan: 'unlimited',
  status: 'ACTIVE',
  createdAt: '1999-01-01T00:00:00.000Z',
  deletedAt: '1999-01-01T00:00:00.000Z',
  suspendedAt: null,
  passwordHash: 'x',
  emailVerified: true,
  emailVerifiedAt: '1999-01-01T00:00:00.000Z',
  webhookSecretHash: 'x',
  instanceName: 'x',
};

/** One of each JSON type, and what Prisma would take for an operator. */
const WRONG: readonly unknown[] = [
  null,
  true,
  -1.5,
  'text'.repeat(3),
  [],
  ['x'],
  {},
  { contains: '' },
  { not: '' },
  { set: 'x' },
  '\u0000\ud800',
];

/** What is sent to an account's own routes ends sessions, or is a secret only a mail knows: their tests are elsewhere. */
const OF_ACCOUNTS = /^\/(auth|invitations)\//;
const withBody = documentedOperations().filter(({ body, path }) => body && !OF_ACCOUNTS.test(path));
const cases = withBody.map((operation) => [operation.id, operation] as const);
/** The fields of a body; of several alternatives, those the example is one of. */
function propertiesOf(schema: Schema, example: unknown): Readonly<Record<string, Schema>> {
  const keys = Object.keys(example as object);
  const options = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const meant = options.filter(({ properties = {} }) => keys.every((key) => Object.hasOwn(properties, key)));
  return Object.assign({}, schema.properties, ...meant.map(({ properties }) => properties));
}

const send = (operation: DocumentedOperation, body: unknown) =>
  app.inject(operation.method, fillPath(operation, world.ids), { token: world.shop.token, body });

/** What decides over access and money. */
const powers = async () => {
  const { rows } = await app.db.query(
    `SELECT (SELECT json_agg(w ORDER BY id) FROM (SELECT id, status, credits, suspended_at, deleted_at FROM workspaces) w) AS workspaces,
            (SELECT json_agg(m ORDER BY workspace_id, user_id) FROM memberships m) AS memberships,
            (SELECT json_agg(u ORDER BY id) FROM (SELECT id, email, password_hash, email_verified_at FROM users) u) AS users,
            (SELECT json_agg(c ORDER BY id) FROM (SELECT id, workspace_id, webhook_secret_hash, instance_name FROM channels) c) AS channels`,
  );
  return JSON.stringify(rows[0]);
};

/** Fields that are no field of the body, as far as its own schema tells. */
const strangers = (operation: DocumentedOperation) =>
  Object.entries(FORBIDDEN).filter(
    ([name]) => !Object.hasOwn(propertiesOf(operation.body!.schema, operation.body!.example), name),
  );

it.each(cases.filter(([, { path }]) => !path.startsWith('/v2')))(
  '%s refuses what it does not know',
  async (_, operation) => {
    const before = await powers();
    for (const [name, value] of strangers(operation)) {
      const answer = await send(operation, { ...(bodyFor(operation, world.ids) as object), [name]: value });
      expect([name, answer.status]).toEqual([name, 400]);
      expect(answer.body.errors?.map((e: { path: string }) => e.path)).toContain(name);
    }
    expect(await powers()).toBe(before);
  },
);

it('the published face ignores what it does not know', async () => {
  const before = await powers();
  const answer = await app.inject('PUT', `/v2/agent/${world.ids['agentId']}`, {
    token: world.shop.token,
    body: { ...FORBIDDEN, name: 'Bia', constructor: { prototype: { isAdmin: true } } },
  });
  // The last key never reaches a schema: the parser drops it.
  expect(answer.status).toBe(200);
  expect(answer.body.id).toBe(world.ids['agentId']);
  expect(await powers()).toBe(before);
});

it.each(cases)('%s takes no value of another type', async (_, operation) => {
  const body = bodyFor(operation, world.ids) as Record<string, unknown>;
  for (const [name, schema] of Object.entries(propertiesOf(operation.body!.schema, body))) {
    for (const value of WRONG) {
      if (admits(schema, value)) continue;
      const answer = await send(operation, { ...body, [name]: value });
      expect([name, value, answer.status]).toEqual([name, value, 400]);
      expect(answer.text).not.toMatch(/Prisma|P20\d\d|SELECT /);
    }
  }
});

/** Whether a value has a type the schema names; what it names no type for is not judged. */
function admits(schema: Schema, value: unknown): boolean {
  if (value === null && schema.nullable) return true;
  const options = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (options.length > 0) return options.some((option) => admits(option, value));
  if (value === null) return schema.type === undefined;
  const type = Array.isArray(value) ? 'array' : typeof value;
  if (schema.type === undefined) return true;
  if (schema.type === 'integer' || schema.type === 'number') return type === 'number';
  return schema.type === type;
}

it.each(
  documentedOperations()
    .filter(({ queryParameters, isPublic }) => queryParameters.includes('pageSize') && !isPublic)
    .map((o) => [o.id, o] as const),
)('%s refuses a page that is none', async (_, operation) => {
  const path = fillPath(operation, world.ids);
  const { token } = world.shop;
  for (const query of [
    'pageSize=1e9',
    'pageSize=-1',
    'pageSize=NaN',
    'pageSize=0',
    'page=-1',
    'pageSize=1&pageSize=2',
  ]) {
    const answer = await app.inject(operation.method, `${path}?${query}`, { token });
    expect([query, answer.status]).toEqual([query, 400]);
  }
  const sorted = await app.inject(operation.method, `${path}?sort=passwordHash&orderBy[id]=asc`, { token });
  expect([200, 400]).toContain(sorted.status);
  if (!operation.path.startsWith('/v2')) expect(sorted.status).toBe(400);
});
