import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp();
  ana = await app.register('Ana');
});
afterAll(() => app.close());

const as = (person: Pick<Person, 'token'>) => (method: string, path: string, body?: unknown) =>
  app.inject(method, path, { token: person.token, body });
const keys = (person = ana) => `/workspaces/${person.workspaceId}/api-keys`;
const makeKey = async (body: object = {}, person = ana) =>
  (await as(person)('POST', keys(person), { name: 'Till', ...body })).body.data;

describe('making a key', () => {
  it('shows it once, and keeps its hash and its beginning', async () => {
    const made = await as(ana)('POST', keys(), { name: ' Till ', expiresAt: '2099-01-01T00:00:00-03:00' });
    expect([made.status, made.body.data]).toEqual([
      201,
      {
        id: expect.any(String),
        name: 'Till',
        role: 'MEMBER',
        key: expect.stringMatching(/^twk_[\w-]{43}$/),
        prefix: expect.stringMatching(/^twk_[\w-]{8}$/),
        createdBy: ana.userId,
        createdAt: expect.any(String),
        lastUsedAt: null,
        expiresAt: '2099-01-01T03:00:00.000Z',
        revokedAt: null,
      },
    ]);
    const { key, ...rest } = made.body.data;
    expect(key.startsWith(rest.prefix)).toBe(true);
    const { rows } = await app.db.query('SELECT * FROM api_keys WHERE id = $1', [rest.id]);
    expect(rows[0].key_hash).toEqual(createHash('sha256').update(key).digest());
    expect(JSON.stringify(rows)).not.toContain(key);
    const listed = await as(ana)('GET', `${keys()}?query=till`);
    expect(listed.body.data).toEqual([rest]);
    const audit = await as(ana)('GET', `/workspaces/${ana.workspaceId}/audit-events?action=api_key.created`);
    expect(audit.body.data[0]).toMatchObject({ subjectId: rest.id, details: { name: 'Till', role: 'MEMBER' } });
    expect(JSON.stringify(audit.body)).not.toContain(key);
  });

  it.each([
    { name: 'no name', input: { name: ' ' }, expected: 'name' },
    { name: 'an owner', input: { role: 'OWNER' }, expected: 'role' },
    { name: 'a past end', input: { expiresAt: '2020-01-01T00:00:00Z' }, expected: 'expiresAt' },
    { name: 'an end that is no instant', input: { expiresAt: 'tomorrow' }, expected: 'expiresAt' },
    { name: 'an end no database holds', input: { expiresAt: '9999-12-31T23:59:59-14:00' }, expected: 'expiresAt' },
  ])('refuses $name', async ({ input, expected }) => {
    const answer = await as(ana)('POST', keys(), { name: 'Till', ...input });
    expect([answer.status, answer.body.errors?.[0].path]).toEqual([400, expected]);
  });
});

describe('revoking a key', () => {
  it('happens once, and only through its own workspace', async () => {
    const { id } = await makeKey();
    const other = await app.register();
    expect((await as(other)('DELETE', `${keys(other)}/${id}`)).status).toBe(404);
    expect((await as(ana)('DELETE', `${keys()}/${randomUUID()}`)).status).toBe(404);
    expect((await as(ana)('DELETE', `${keys()}/x`)).status).toBe(400);
    expect((await as(ana)('DELETE', `${keys()}/${id}`)).body).toEqual({ data: { success: true } });
    const revokedAt = async () =>
      (await as(ana)('GET', keys())).body.data.find((key: { id: string }) => key.id === id).revokedAt;
    const first = await revokedAt();
    expect(first).toEqual(expect.any(String));
    expect((await as(ana)('DELETE', `${keys()}/${id}`)).status).toBe(200);
    expect(await revokedAt()).toBe(first);
    const audit = await as(ana)('GET', `/workspaces/${ana.workspaceId}/audit-events?action=api_key.revoked`);
    expect(audit.body.data).toHaveLength(1);
  });
});
