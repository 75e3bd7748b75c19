import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp({ OPERATOR_EMAILS: 'operations@example.com' });
  ana = await app.register('Ana');
});
afterAll(() => app.close());

const W = '/workspaces/:workspaceId';
const ID = randomUUID();
/** Routes of workspaces and operators that a program may call as well, with the least role it needs. */
const FOR_KEYS: [route: string, role: 'VIEWER' | 'ADMIN'][] = [
  ['GET /workspaces', 'VIEWER'],
  ['GET /v2/workspaces', 'VIEWER'],
  [`GET ${W}`, 'VIEWER'],
  [`GET ${W}/members`, 'VIEWER'],
  [`GET ${W}/credits`, 'VIEWER'],
  ['GET /workspace/:workspaceId/credits', 'VIEWER'],
  ['GET /v2/workspace/:workspaceId/credits', 'VIEWER'],
  [`GET ${W}/credit-entries`, 'ADMIN'],
  [`GET ${W}/audit-events`, 'ADMIN'],
  [`GET ${W}/invitations`, 'ADMIN'],
  [`GET ${W}/api-keys`, 'ADMIN'],
];
/** Those only a person may call, whatever the role of a key; with a body where they take one. */
const FOR_PERSONS: [route: string, body?: object][] = [
  ['POST /workspaces', { name: 'x' }],
  ['GET /workspaces/deleted'],
  [`PUT ${W}`, { name: 'x' }],
  [`DELETE ${W}`, { name: 'x' }],
  [`POST ${W}/restore`],
  [`POST ${W}/leave`],
  [`POST ${W}/transfer`, { userId: ID }],
  [`PUT ${W}/members/${ID}`, { role: 'VIEWER' }],
  [`DELETE ${W}/members/${ID}`],
  [`POST ${W}/invitations`, { email: 'x@example.com', role: 'VIEWER' }],
  [`POST ${W}/invitations/${ID}/resend`],
  [`DELETE ${W}/invitations/${ID}`],
  ['POST /invitations/accept', { token: 'x' }],
  [`POST ${W}/api-keys`, { name: 'x' }],
  [`DELETE ${W}/api-keys/${ID}`],
  ['GET /operator/workspaces'],
  ['POST /operator/workspaces/:workspaceId/credits', { amount: 1 }],
  ['PUT /operator/workspaces/:workspaceId/suspend'],
  ['PUT /operator/workspaces/:workspaceId/resume'],
  ['GET /operator/models'],
  ['PUT /operator/models/SOME', { providerModel: 'some' }],
  ['DELETE /operator/models/SOME'],
];
const WITH_BODY: [route: string, body?: object][] = [
  ...FOR_PERSONS.filter(([, body]) => body),
  ['POST /invitations/preview', { token: 'x' }],
];

const call = (route: string, options: Parameters<TestApp['inject']>[2]) => {
  const [method, path] = route.split(' ') as [string, string];
  return app.inject(method, path.replace(':workspaceId', ana.workspaceId), options);
};
const makeKey = async (role: string): Promise<string> => {
  const body = { name: role, role };
  return (await call(`POST ${W}/api-keys`, { token: ana.token, body })).body.data.key;
};
const teamOf = async () =>
  (
    await app.db.query(
      `SELECT (SELECT json_agg(w ORDER BY id) FROM workspaces w)::text AS workspaces,
              (SELECT json_agg(m ORDER BY user_id) FROM memberships m)::text AS members,
              (SELECT count(*) FROM invitations) AS invitations, (SELECT count(*) FROM api_keys) AS keys`,
    )
  ).rows;

it('want a sign-in, all but one', async () => {
  for (const [route, body] of [...FOR_KEYS.map(([route]) => [route, undefined] as const), ...FOR_PERSONS]) {
    const answer = await call(route, { body });
    expect([route, answer.status]).toEqual([route, 401]);
  }
});

it('take JSON, and nothing else', async () => {
  for (const [route] of WITH_BODY) {
    const answer = await call(route, { token: ana.token, raw: 'a=b', headers: { 'content-type': 'text/plain' } });
    expect([route, answer.status]).toEqual([route, 415]);
  }
});

it('know no id that is none, and no workspace of others', async () => {
  const stranger = await app.register('Rui');
  const all = [...FOR_KEYS.map(([route]) => [route, undefined] as const), ...FOR_PERSONS];
  for (const [route, body] of all.filter(([route]) => /^(?!.*operator).*:workspaceId/.test(route))) {
    const [method, path] = route.split(' ') as [string, string];
    const ask = async (id: string) => {
      const answer = await app.inject(method, path.replace(':workspaceId', id), { token: stranger.token, body });
      const { requestId: _, instance: __, ...rest } = answer.body;
      return rest;
    };
    const [malformed, foreign, unknown] = [await ask('x'), await ask(ana.workspaceId), await ask(randomUUID())];
    expect([route, malformed.code, foreign.code]).toEqual([route, 'MALFORMED_ID', 'NOT_FOUND']);
    expect([route, foreign]).toEqual([route, unknown]);
  }
});

describe('an API key', () => {
  it('reads what its role allows', async () => {
    const [viewer, member, admin] = [await makeKey('VIEWER'), await makeKey('MEMBER'), await makeKey('ADMIN')];
    for (const [route, role] of FOR_KEYS) {
      const got = [];
      for (const token of [viewer, member, admin]) got.push((await call(route, { token })).status);
      expect([route, got]).toEqual([route, role === 'ADMIN' ? [403, 403, 200] : [200, 200, 200]]);
    }
    expect((await call(`GET ${W}`, { token: member })).body.data.role).toBe('MEMBER');
    expect((await call('GET /workspaces', { token: admin })).body.data).toMatchObject([
      { id: ana.workspaceId, role: 'ADMIN' },
    ]);
  });

  it('cannot manage members, invitations, keys, the workspace or the installation', async () => {
    const token = await makeKey('ADMIN');
    const before = await teamOf();
    for (const [route, body] of FOR_PERSONS) {
      const answer = await call(route, { token, body });
      expect([route, answer.status, answer.body.code]).toEqual([route, 403, 'FORBIDDEN']);
    }
    expect(await teamOf()).toEqual(before);
  });

  it('stops with its revocation, its end, its maker’s membership and its workspace', async () => {
    const works = async (token: string) => (await app.inject('GET', '/workspaces', { token })).status;
    const made = async (person: Person) => {
      const body = { name: 'x' };
      const path = `/workspaces/${ana.workspaceId}/api-keys`;
      return (await app.inject('POST', path, { token: person.token, body })).body.data;
    };
    const admin = await app.register('Admin');
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'ADMIN')`, [
      ana.workspaceId,
      admin.userId,
    ]);
    const [revoked, ended, theirs, ours] = [await made(ana), await made(ana), await made(admin), await made(ana)];
    for (const { key } of [revoked, ended, theirs, ours]) expect(await works(key)).toBe(200);
    await call(`DELETE ${W}/api-keys/${revoked.id}`, { token: ana.token });
    expect(await works(revoked.key)).toBe(401);
    await app.db.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', [ended.id]);
    expect(await works(ended.key)).toBe(401);
    await call(`DELETE ${W}/members/${admin.userId}`, { token: ana.token });
    expect(await works(theirs.key)).toBe(401);
    const { name } = (await call(`GET ${W}`, { token: ana.token })).body.data;
    await call(`DELETE ${W}`, { token: ana.token, body: { name } });
    expect(await works(ours.key)).toBe(401);
    await call(`POST ${W}/restore`, { token: ana.token });
    expect(await works(ours.key)).toBe(200);
  });
});
