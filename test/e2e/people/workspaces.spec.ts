import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkspaceSweepService } from '../../../src/channels/workspace-sweep.service.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp({ TRIAL_CREDITS: '700' });
  ana = await app.register();
});
afterAll(() => app.close());

const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'VIEWER'] as const;
/** A new workspace with one person of each role. */
const makeTeam = async () => {
  const owner = await app.register('OWNER');
  const team: Record<string, Person> = { OWNER: owner };
  for (const role of ROLES.slice(1)) {
    team[role] = await app.register(role);
    await join(owner.workspaceId, team[role], role);
  }
  return { workspaceId: owner.workspaceId, team: team as Record<(typeof ROLES)[number], Person> };
};
const join = (workspaceId: string, person: Person, role: string) =>
  app.db.query('INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3)', [
    workspaceId,
    person.userId,
    role,
  ]);
const as = (person: Person) => (method: string, path: string, body?: unknown) =>
  app.inject(method, path, { token: person.token, body });
const auditOf = async (workspaceId: string) =>
  (await app.db.query('SELECT * FROM audit_events WHERE workspace_id = $1 ORDER BY created_at', [workspaceId])).rows;
/** Resolves once so many of the product's statements wait for a lock. */
const untilWaiting = (count: number) =>
  app.until(
    `SELECT count(DISTINCT pid)::int AS n FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE NOT l.granted AND a.datname = current_database() AND a.application_name = 'tawkee'`,
    [],
    (row) => row?.['n'] === count,
  );
/** A connected number with one chat in it. */
const openShopWithChat = async (number: string) => {
  const shop = await app.openShop();
  app.model.reply('olá loja', 'Olá!');
  const phone = await app.gateway.phone(shop.instanceName, { number, name: 'Ana' });
  await phone.say('olá loja');
  await phone.waitForMessages(1, 15_000);
  return shop;
};
const statuses = (answers: readonly Answer[]) => answers.map((a) => a.status);

describe('a workspace', () => {
  it('can be one of several of one person, and begins with the trial credits', async () => {
    const made = await as(ana)('POST', '/workspaces', { name: ' Segunda loja ' });
    expect(made.status).toBe(201);
    expect(made.body.data).toEqual({
      id: expect.any(String),
      name: 'Segunda loja',
      status: 'TRIAL',
      credits: 700,
      role: 'OWNER',
      timezone: 'America/Sao_Paulo',
      suspendedAt: null,
      createdAt: expect.any(String),
    });
    const { id } = made.body.data;
    expect((await as(ana)('GET', `/workspaces/${id}`)).body).toEqual(made.body);
    const list = await as(ana)('GET', '/workspaces');
    expect(list.body.data.map((w: { id: string }) => w.id)).toEqual([ana.workspaceId, id]);
    const ledger = await as(ana)('GET', `/workspaces/${id}/credit-entries`);
    expect(ledger.body.data).toMatchObject([{ amount: 700, kind: 'GRANT', note: 'trial' }]);
  });

  it('takes back what it showed, with another name', async () => {
    const path = `/workspaces/${ana.workspaceId}`;
    const shown = (await as(ana)('GET', path)).body.data;
    const renamed = await as(ana)('PUT', path, { ...shown, name: 'Doces do Porto', credits: 1, role: 'VIEWER' });
    expect(renamed.status).toBe(200);
    expect(renamed.body.data).toEqual({ ...shown, name: 'Doces do Porto' });
    expect((await auditOf(ana.workspaceId)).at(-1)).toMatchObject({
      action: 'workspace.renamed',
      user_id: ana.userId,
      details: { name: 'Doces do Porto' },
    });
  });

  it('cannot be made without end by one person', async () => {
    const zoe = await app.register('Zoe');
    const answers: Answer[] = [];
    for (let n = 0; n < 21; n++) answers.push(await as(zoe)('POST', '/workspaces', { name: `Loja ${n}` }));
    expect(statuses(answers)).toEqual([...Array(20).fill(201), 429]);
    expect(Number(answers.at(-1)!.headers['retry-after'])).toBeGreaterThan(0);
    expect((await as(ana)('POST', '/workspaces', { name: 'Outra' })).status).toBe(201);
  });

  it('refuses an empty name and fields it does not have', async () => {
    const answers = await Promise.all([
      as(ana)('POST', '/workspaces', { name: '  ' }),
      as(ana)('POST', '/workspaces', { name: 'x', credits: 9 }),
      as(ana)('PUT', `/workspaces/${ana.workspaceId}`, {}),
    ]);
    expect(statuses(answers)).toEqual([400, 400, 400]);
  });
});

describe('roles', () => {
  it('decide who may do what to a workspace', async () => {
    const { workspaceId, team } = await makeTeam();
    const nobody = randomUUID();
    const matrix: [route: string, body: unknown, expected: Record<string, number>][] = [
      ['GET ', undefined, { OWNER: 200, ADMIN: 200, MEMBER: 200, VIEWER: 200 }],
      ['GET /credits', undefined, { OWNER: 200, ADMIN: 200, MEMBER: 200, VIEWER: 200 }],
      ['GET /members', undefined, { OWNER: 200, ADMIN: 200, MEMBER: 200, VIEWER: 200 }],
      ['PUT ', { name: 'x' }, { OWNER: 200, ADMIN: 200, MEMBER: 403, VIEWER: 403 }],
      ['GET /credit-entries', undefined, { OWNER: 200, ADMIN: 200, MEMBER: 403, VIEWER: 403 }],
      ['GET /audit-events', undefined, { OWNER: 200, ADMIN: 200, MEMBER: 403, VIEWER: 403 }],
      ['GET /api-keys', undefined, { OWNER: 200, ADMIN: 200, MEMBER: 403, VIEWER: 403 }],
      ['POST /api-keys', { name: 'k' }, { OWNER: 201, ADMIN: 201, MEMBER: 403, VIEWER: 403 }],
      [`DELETE /api-keys/${nobody}`, undefined, { OWNER: 404, ADMIN: 404, MEMBER: 403, VIEWER: 403 }],
      [`PUT /members/${nobody}`, { role: 'VIEWER' }, { OWNER: 404, ADMIN: 404, MEMBER: 403, VIEWER: 403 }],
      [`DELETE /members/${nobody}`, undefined, { OWNER: 404, ADMIN: 404, MEMBER: 403, VIEWER: 403 }],
      ['POST /transfer', { userId: nobody }, { OWNER: 404, ADMIN: 403, MEMBER: 403, VIEWER: 403 }],
      ['DELETE ', { name: 'not its name' }, { OWNER: 400, ADMIN: 403, MEMBER: 403, VIEWER: 403 }],
      ['POST /restore', undefined, { OWNER: 200, ADMIN: 403, MEMBER: 403, VIEWER: 403 }],
    ];
    for (const [route, body, expected] of matrix) {
      const [method, path] = route.split(' ') as [string, string];
      const got: Record<string, number> = {};
      for (const role of ROLES)
        got[role] = (await as(team[role])(method, `/workspaces/${workspaceId}${path}`, body)).status;
      expect([route, got]).toEqual([route, expected]);
    }
  });
});

describe('deleting', () => {
  const remove = async (person: Person, workspaceId: string) => {
    const path = `/workspaces/${workspaceId}`;
    const { name } = (await as(person)('GET', path)).body.data;
    return as(person)('DELETE', path, { name });
  };

  it('wants the name again, hides the workspace from everybody, and can be taken back by an owner', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}`;
    const refused = await as(team.OWNER)('DELETE', path, { name: 'another' });
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'name']);
    const shown = (await as(team.OWNER)('GET', path)).body.data;
    expect((await remove(team.OWNER, workspaceId)).body).toEqual({ data: { success: true } });
    for (const role of ROLES) {
      expect((await as(team[role])('GET', path)).status).toBe(404);
      const list = await as(team[role])('GET', '/workspaces');
      expect(list.body.data.map((w: { id: string }) => w.id)).not.toContain(workspaceId);
    }
    const deleted = (await as(team.OWNER)('GET', '/workspaces/deleted')).body.data;
    expect(deleted).toMatchObject([{ id: workspaceId, name: shown.name, role: 'OWNER' }]);
    const days = (Date.parse(deleted[0].erasedAt) - Date.parse(deleted[0].deletedAt)) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    expect((await as(team.ADMIN)('POST', `${path}/restore`)).status).toBe(403);
    expect((await as(await app.register())('POST', `${path}/restore`)).status).toBe(404);
    const restored = await as(team.OWNER)('POST', `${path}/restore`);
    expect([restored.status, restored.body.data]).toEqual([200, shown]);
    expect((await as(team.VIEWER)('GET', path)).status).toBe(200);
    expect((await as(team.OWNER)('GET', '/workspaces/deleted')).body.data).toEqual([]);
    const actions = (await auditOf(workspaceId)).map((event) => event.action);
    expect(actions.slice(-2)).toEqual(['workspace.deleted', 'workspace.restored']);
  });

  it('silences the agents, keeps what customers write, and lets them answer again after a restoration', async () => {
    const shop = await openShopWithChat('5581999990110');
    app.model.reply('está aberto', 'Estamos.');
    expect((await remove(shop, shop.workspaceId)).status).toBe(200);
    const ana = await app.gateway.phone(shop.instanceName, { number: '5581999990111', name: 'Ana' });
    await ana.say('Já está aberto?');
    const skipped = `SELECT reason FROM turns WHERE workspace_id = $1 AND state = 'SKIPPED'`;
    const ended = await app.until(skipped, [shop.workspaceId], (row) => row !== undefined);
    expect(ended['reason']).toBe('workspace_deleted');
    await as(shop)('POST', `/workspaces/${shop.workspaceId}/restore`);
    await ana.say('E agora, está aberto?');
    await ana.waitForMessages(1, 15_000);
    expect(ana.received.map((m) => m.text)).toEqual(['Estamos.']);
  });

  it('ends after 30 days: nothing of the workspace is left, here or at the gateway', async () => {
    const shop = await app.openShop();
    const kept = await app.openShop();
    app.model.reply('guarda isto', 'Guardado.');
    const phone = await app.gateway.phone(shop.instanceName, { number: '5581999990112', name: 'Ana' });
    await phone.say('guarda isto');
    await phone.waitForMessages(1, 15_000);
    await remove(shop, shop.workspaceId);
    const sweep = () => app.app.get(WorkspaceSweepService).sweep();
    const age = (interval: string) =>
      app.db.query('UPDATE workspaces SET deleted_at = now() - $2::interval WHERE id = $1', [
        shop.workspaceId,
        interval,
      ]);
    await age('29 days 23 hours');
    expect(await sweep()).toEqual([]);
    await age('30 days');
    const restored = await as(shop)('POST', `/workspaces/${shop.workspaceId}/restore`);
    expect(restored.status).toBe(404);

    const match = 'DELETE /instance/delete';
    app.gateway.misbehave({ on: 'request', fault: 'error', match, times: 1, status: 500, message: 'down' });
    expect(await sweep()).toEqual([]);
    expect(app.gateway.instances().map((i) => i.name)).toContain(shop.instanceName);

    expect(await sweep()).toEqual([shop.workspaceId]);
    expect(app.gateway.instances().map((i) => i.name)).not.toContain(shop.instanceName);
    expect(app.gateway.instances().map((i) => i.name)).toContain(kept.instanceName);
    const { rows } = await app.db.query<{ table: string }>(
      `SELECT table_name AS table FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'workspace_id'`,
    );
    const left: Record<string, number> = {};
    for (const { table } of rows) {
      const count = `SELECT count(*)::int AS n FROM ${table} WHERE workspace_id = $1`;
      left[table] = (await app.db.query(count, [shop.workspaceId])).rows[0].n;
    }
    expect(rows.length).toBeGreaterThan(15);
    expect(left).toEqual(Object.fromEntries(rows.map(({ table }) => [table, 0])));
    expect((await as(kept)('GET', `/agent/${kept.agentId}`)).status).toBe(200);
  });
});

describe('members', () => {
  it('are listed to every member, and found by name or e-mail', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}/members`;
    const all = await as(team.VIEWER)('GET', `${path}?pageSize=3`);
    expect(all.body.meta).toEqual({ total: 4, page: 1, pageSize: 3, totalPages: 2 });
    expect(all.body.data[0]).toEqual({
      userId: team.OWNER.userId,
      name: 'OWNER',
      email: team.OWNER.email,
      picture: null,
      role: 'OWNER',
      joinedAt: expect.any(String),
    });
    const found = await as(team.VIEWER)('GET', `${path}?query=${team.MEMBER.email.slice(0, 12).toUpperCase()}`);
    expect(found.body.data.map((m: { role: string }) => m.role)).toEqual(['MEMBER']);
    expect((await as(team.VIEWER)('GET', `${path}?query=iewe`)).body.meta.total).toBe(1);
  });

  it('can be given another role, and a read member can be sent back whole', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}/members`;
    const [viewer] = (await as(team.ADMIN)('GET', `${path}?query=viewer`)).body.data;
    const changed = await as(team.ADMIN)('PUT', `${path}/${viewer.userId}`, { ...viewer, role: 'MEMBER' });
    expect([changed.status, changed.body.data]).toEqual([200, { ...viewer, role: 'MEMBER' }]);
    expect((await auditOf(workspaceId)).at(-1)).toMatchObject({
      action: 'member.changed',
      user_id: team.ADMIN.userId,
      subject_id: viewer.userId,
      details: { from: 'VIEWER', to: 'MEMBER' },
    });
  });

  it('cannot be given, or lose, a role above that of whoever asks', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}/members`;
    const attempts = [
      as(team.ADMIN)('PUT', `${path}/${team.OWNER.userId}`, { role: 'VIEWER' }),
      as(team.ADMIN)('PUT', `${path}/${team.ADMIN.userId}`, { role: 'OWNER' }),
      as(team.ADMIN)('PUT', `${path}/${team.MEMBER.userId}`, { role: 'OWNER' }),
      as(team.ADMIN)('DELETE', `${path}/${team.OWNER.userId}`),
    ];
    expect(statuses(await Promise.all(attempts))).toEqual([403, 403, 403, 403]);
    const refused = await as(team.OWNER)('PUT', `${path}/${team.MEMBER.userId}`, { role: 'KING' });
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'role']);
    const peer = await app.register();
    await join(workspaceId, peer, 'ADMIN');
    expect((await as(team.ADMIN)('DELETE', `${path}/${peer.userId}`)).status).toBe(200);
    expect((await as(team.OWNER)('PUT', `${path}/${team.MEMBER.userId}`, { role: 'OWNER' })).status).toBe(200);
  });

  it('always keep an owner', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}`;
    const answers = [
      await as(team.OWNER)('POST', `${path}/leave`),
      await as(team.OWNER)('DELETE', `${path}/members/${team.OWNER.userId}`),
      await as(team.OWNER)('PUT', `${path}/members/${team.OWNER.userId}`, { role: 'ADMIN' }),
    ];
    expect(answers.map((a) => [a.status, a.body.code])).toEqual(Array(3).fill([409, 'LAST_OWNER']));
    expect((await as(team.OWNER)('PUT', `${path}/members/${team.OWNER.userId}`, { role: 'OWNER' })).status).toBe(200);
  });

  it('keep an owner also when two owners demote or leave each other at once', async () => {
    for (const attempt of ['demote', 'leave', 'remove'] as const) {
      const { workspaceId, team } = await makeTeam();
      await app.db.query(`UPDATE memberships SET role = 'OWNER' WHERE workspace_id = $1 AND user_id = $2`, [
        workspaceId,
        team.ADMIN.userId,
      ]);
      const path = `/workspaces/${workspaceId}`;
      const act = (who: Person, other: Person) => {
        if (attempt === 'leave') return as(who)('POST', `${path}/leave`);
        if (attempt === 'remove') return as(who)('DELETE', `${path}/members/${other.userId}`);
        return as(who)('PUT', `${path}/members/${other.userId}`, { role: 'MEMBER' });
      };
      // Both are let in by the first look at their role; a lock held here makes sure of it.
      const holder = await app.db.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM workspaces WHERE id = $1 FOR UPDATE', [workspaceId]);
      const both = [act(team.OWNER, team.ADMIN), act(team.ADMIN, team.OWNER)];
      await untilWaiting(2);
      await holder.query('COMMIT');
      holder.release();
      const answers = await Promise.all(both);
      expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
      const owners = `SELECT count(*)::int AS n FROM memberships WHERE workspace_id = $1 AND role = 'OWNER'`;
      expect([attempt, (await app.db.query(owners, [workspaceId])).rows[0].n]).toEqual([attempt, 1]);
    }
  });

  it('act by the role they have when their turn comes', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}/members`;
    const holder = await app.db.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM workspaces WHERE id = $1 FOR UPDATE', [workspaceId]);
    const lowered = as(team.OWNER)('PUT', `${path}/${team.ADMIN.userId}`, { role: 'MEMBER' });
    await untilWaiting(1);
    const removal = as(team.ADMIN)('DELETE', `${path}/${team.VIEWER.userId}`);
    await untilWaiting(2);
    await holder.query('COMMIT');
    holder.release();
    expect(statuses(await Promise.all([lowered, removal]))).toEqual([200, 403]);
  });

  it('may go by themselves, whatever their role, and leave nothing in their hands', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}`;
    expect((await as(team.VIEWER)('POST', `${path}/leave`)).status).toBe(200);
    expect((await as(team.MEMBER)('DELETE', `${path}/members/${team.MEMBER.userId}`)).status).toBe(200);
    expect((await as(team.MEMBER)('GET', path)).status).toBe(404);
    expect((await as(team.VIEWER)('POST', `${path}/leave`)).status).toBe(404);
    expect((await auditOf(workspaceId)).slice(-2).map((e) => [e.action, e.user_id])).toEqual([
      ['member.left', team.VIEWER.userId],
      ['member.left', team.MEMBER.userId],
    ]);
  });

  it('who are removed lose their API keys, their chats and the transfers to them', async () => {
    const shop = await openShopWithChat('5581999990113');
    const { workspaceId } = shop;
    const admin = await app.register();
    await join(workspaceId, admin, 'ADMIN');
    await app.db.query('UPDATE chats SET user_id = $2 WHERE workspace_id = $1', [workspaceId, admin.userId]);
    await app.db.query(
      `INSERT INTO transfer_rules (workspace_id, id, agent_id, instructions, type, user_id)
       VALUES ($1, gen_random_uuid(), $2, 'x', 'HUMAN', $3)`,
      [workspaceId, shop.agentId, admin.userId],
    );
    await as(admin)('POST', `/workspaces/${workspaceId}/api-keys`, { name: 'theirs' });
    await as(shop)('POST', `/workspaces/${workspaceId}/api-keys`, { name: 'ours' });
    const removed = await as(shop)('DELETE', `/workspaces/${workspaceId}/members/${admin.userId}`);
    expect(removed.status).toBe(200);
    const { rows } = await app.db.query(
      `SELECT (SELECT json_object_agg(name, revoked_at IS NOT NULL) FROM api_keys WHERE workspace_id = $1) AS keys,
              (SELECT json_agg(user_id) FROM chats WHERE workspace_id = $1) AS chats,
              (SELECT json_agg(user_id) FROM transfer_rules WHERE workspace_id = $1) AS rules`,
      [workspaceId],
    );
    expect(rows[0]).toEqual({ keys: { theirs: true, ours: false }, chats: [null], rules: [null] });
    expect((await as(admin)('GET', `/workspaces/${workspaceId}`)).status).toBe(404);
  });

  it('make no key that outlives a removal under way', async () => {
    const shop = await openShopWithChat('5581999990114');
    const { workspaceId } = shop;
    const admin = await app.register();
    await join(workspaceId, admin, 'ADMIN');
    await app.db.query('UPDATE chats SET user_id = $2 WHERE workspace_id = $1', [workspaceId, admin.userId]);
    // The removal has revoked the keys and stops at the chats; in that moment the member asks for one more.
    const holder = await app.db.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM chats WHERE workspace_id = $1 FOR UPDATE', [workspaceId]);
    const removal = as(shop)('DELETE', `/workspaces/${workspaceId}/members/${admin.userId}`);
    await untilWaiting(1);
    const key = as(admin)('POST', `/workspaces/${workspaceId}/api-keys`, { name: 'one more' });
    await untilWaiting(2);
    await holder.query('COMMIT');
    holder.release();
    expect(statuses(await Promise.all([removal, key]))).toEqual([200, 404]);
    const keys = await app.db.query('SELECT name FROM api_keys WHERE workspace_id = $1', [workspaceId]);
    expect(keys.rows).toEqual([]);
  });

  it('who are lowered lose the keys that can do more than they can', async () => {
    const { workspaceId, team } = await makeTeam();
    for (const role of ['ADMIN', 'MEMBER', 'VIEWER']) {
      await as(team.ADMIN)('POST', `/workspaces/${workspaceId}/api-keys`, { name: role, role });
    }
    await as(team.OWNER)('PUT', `/workspaces/${workspaceId}/members/${team.ADMIN.userId}`, { role: 'MEMBER' });
    const { rows } = await app.db.query(
      'SELECT json_object_agg(name, revoked_at IS NOT NULL) AS revoked FROM api_keys WHERE workspace_id = $1',
      [workspaceId],
    );
    expect(rows[0].revoked).toEqual({ ADMIN: true, MEMBER: false, VIEWER: false });
  });
});

describe('transferring', () => {
  it('makes a member the owner and the owner an admin', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}`;
    const self = await as(team.OWNER)('POST', `${path}/transfer`, { userId: team.OWNER.userId });
    expect([self.status, self.body.errors[0].path]).toEqual([400, 'userId']);
    const stranger = await app.register();
    expect((await as(team.OWNER)('POST', `${path}/transfer`, { userId: stranger.userId })).status).toBe(404);
    expect((await as(team.OWNER)('POST', `${path}/transfer`, { userId: team.MEMBER.userId })).status).toBe(200);
    expect((await as(team.MEMBER)('GET', path)).body.data.role).toBe('OWNER');
    expect((await as(team.OWNER)('GET', path)).body.data.role).toBe('ADMIN');
    expect((await as(team.OWNER)('POST', `${path}/transfer`, { userId: team.MEMBER.userId })).status).toBe(403);
    expect((await auditOf(workspaceId)).at(-1)).toMatchObject({
      action: 'workspace.transferred',
      subject_id: team.MEMBER.userId,
    });
  });
});

describe('credits', () => {
  it('show the balance on both faces', async () => {
    const path = `/workspace/${ana.workspaceId}/credits`;
    expect((await as(ana)('GET', `/v2${path}`)).body).toEqual({ credits: 700, status: 'TRIAL' });
    expect((await as(ana)('GET', path)).body).toEqual({ data: { credits: 700, status: 'TRIAL' } });
    const plural = await as(ana)('GET', `/workspaces/${ana.workspaceId}/credits`);
    expect(plural.body).toEqual({ data: { credits: 700, status: 'TRIAL' } });
  });

  it('list their movements, the newest first, by kind and by period', async () => {
    const { workspaceId, ...owner } = await app.register();
    const insert = (amount: number, kind: string, at: string) =>
      app.db.query(
        `INSERT INTO credit_entries (workspace_id, id, amount, kind, created_at)
         VALUES ($1, gen_random_uuid(), $2, $3, $4)`,
        [workspaceId, amount, kind, at],
      );
    await insert(-3, 'CHARGE', '2026-01-01T00:00:00Z');
    await insert(-5, 'CHARGE', '2026-02-01T00:00:00Z');
    await insert(5, 'REFUND', '2026-02-02T00:00:00Z');
    const amounts = async (query: string) => {
      const answer = await as(owner as Person)('GET', `/workspaces/${workspaceId}/credit-entries${query}`);
      return answer.body.data.map((entry: { amount: number }) => entry.amount);
    };
    expect(await amounts('')).toEqual([700, 5, -5, -3]);
    expect(await amounts('?kind=CHARGE')).toEqual([-5, -3]);
    const period = '?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z';
    expect(await amounts(period)).toEqual([-3]);
    expect(await amounts('?to=2026-01-31T22:00:00-03:00')).toEqual([-5, -3]);
    expect(await amounts('?pageSize=1&page=2')).toEqual([5]);
    for (const query of ['?kind=GIFT', '?from=yesterday', '?from=0000-01-01T00:00:00Z', '?query=x']) {
      const answer = await as(owner as Person)('GET', `/workspaces/${workspaceId}/credit-entries${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
    }
  });
});

describe('the audit trail', () => {
  it('shows who did what, the newest first, by action', async () => {
    const { workspaceId, team } = await makeTeam();
    const path = `/workspaces/${workspaceId}`;
    await as(team.ADMIN)('PUT', path, { name: 'Um' });
    await as(team.OWNER)('PUT', path, { name: 'Dois' });
    await as(team.OWNER)('DELETE', `${path}/members/${team.VIEWER.userId}`);
    const all = await as(team.ADMIN)('GET', `${path}/audit-events`);
    expect(all.body.meta.total).toBe(4);
    expect(all.body.data[0]).toEqual({
      id: expect.any(String),
      action: 'member.removed',
      subjectId: team.VIEWER.userId,
      details: { role: 'VIEWER' },
      userId: team.OWNER.userId,
      userName: 'OWNER',
      apiKeyId: null,
      createdAt: expect.any(String),
    });
    const renamed = await as(team.ADMIN)('GET', `${path}/audit-events?action=workspace.renamed`);
    expect(renamed.body.data.map((e: { details: unknown }) => e.details)).toEqual([{ name: 'Dois' }, { name: 'Um' }]);
    expect((await as(team.ADMIN)('GET', `${path}/audit-events?page=0`)).status).toBe(400);
  });
});
