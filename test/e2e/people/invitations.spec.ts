import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../../support/outbox.js';
import { type Person, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let ana: Person;
beforeAll(async () => {
  app = await startTestApp();
  ana = await app.register('Ana');
});
afterAll(() => app.close());

const as = (person: Person) => (method: string, path: string, body?: unknown) =>
  app.inject(method, path, { token: person.token, body });
const newEmail = () => `${randomUUID()}@example.com`;
const invite = (email: string, role = 'MEMBER') =>
  as(ana)('POST', `/workspaces/${ana.workspaceId}/invitations`, { email, role });
const accept = (person: Person, token: string) => as(person)('POST', '/invitations/accept', { token });
const rowOf = async (id: string) => (await app.db.query('SELECT * FROM invitations WHERE id = $1', [id])).rows[0];

/** The invitations sent to an address, oldest first, as soon as there are `count`: their tokens. */
async function tokensFor(email: string, count: number): Promise<string[]> {
  for (let most = count; ; most++) {
    const mails = await mailsTo(app, email, most);
    const tokens = mails.flatMap(({ text }) => /\/console\/invite#token=([\w-]{43})/.exec(text)?.[1] ?? []);
    if (tokens.length >= count) return tokens;
  }
}
const tokenFor = async (email: string, count = 1) => (await tokensFor(email, count)).at(-1)!;

describe('inviting', () => {
  it('sends a link to the address, and keeps the hash of its token only', async () => {
    const email = newEmail();
    const made = await invite(` ${email.toUpperCase()} `, 'ADMIN');
    expect(made.status).toBe(201);
    expect(made.body.data).toEqual({
      id: expect.any(String),
      email,
      role: 'ADMIN',
      invitedBy: ana.userId,
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
    });
    const days = (Date.parse(made.body.data.expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    const token = await tokenFor(email);
    expect((await rowOf(made.body.data.id)).token_hash).toEqual(createHash('sha256').update(token).digest());
    expect(JSON.stringify((await as(ana)('GET', `/workspaces/${ana.workspaceId}/invitations`)).body)).not.toContain(
      token,
    );
    const preview = await app.inject('POST', '/invitations/preview', { body: { token } });
    expect([preview.status, preview.body.data]).toEqual([
      200,
      { workspaceName: expect.stringContaining('Ana'), email, role: 'ADMIN' },
    ]);
  });

  it('answers the same whether the address has an account or not', async () => {
    const rui = await app.register('Rui');
    const [known, unknown] = [await invite(rui.email), await invite(newEmail())];
    const shape = (answer: typeof known) => [answer.status, Object.keys(answer.body.data), answer.body.data.role];
    expect(shape(known)).toEqual(shape(unknown));
    await Promise.all([tokenFor(rui.email), tokenFor(unknown.body.data.email)]);
  });

  it('refuses members, roles there are not, and an owner', async () => {
    const member = await app.register();
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'VIEWER')`, [
      ana.workspaceId,
      member.userId,
    ]);
    const refused = await invite(member.email);
    expect([refused.status, refused.body.code]).toEqual([409, 'ALREADY_MEMBER']);
    for (const role of ['OWNER', 'KING', null]) {
      const answer = await invite(newEmail(), role as string);
      expect([role, answer.status, answer.body.errors[0].path]).toEqual([role, 400, 'role']);
    }
    expect((await invite('nobody')).status).toBe(400);
  });

  it('makes one invitation of two that come at once, and the last mail is the good one', async () => {
    const email = newEmail();
    const both = await Promise.all([invite(email, 'VIEWER'), invite(email, 'VIEWER')]);
    expect(both.map((a) => a.status)).toEqual([201, 201]);
    const third = await invite(email, 'ADMIN');
    expect(new Set([...both, third].map((a) => a.body.data.id)).size).toBe(1);
    const tokens = await tokensFor(email, 3);
    const good = await Promise.all(
      tokens.map(async (token) => (await app.inject('POST', '/invitations/preview', { body: { token } })).status),
    );
    expect(good.sort()).toEqual([200, 400, 400]);
    const preview = await app.inject('POST', '/invitations/preview', { body: { token: tokens.at(-1) } });
    expect(preview.body.data.role).toBe('ADMIN');
  });

  it('has an end for one person: nobody sends mail without end to addresses of their choice', async () => {
    const zoe = await app.register('Zoe');
    const path = `/workspaces/${zoe.workspaceId}/invitations`;
    const made = await as(zoe)('POST', path, { email: newEmail(), role: 'VIEWER' });
    const resend = () => as(zoe)('POST', `${path}/${made.body.data.id}/resend`);
    for (let n = 0; n < 99; n++) expect((await resend()).status).toBe(200);
    expect((await resend()).status).toBe(429);
    const refused = await as(zoe)('POST', path, { email: newEmail(), role: 'VIEWER' });
    expect([refused.status, refused.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
  });

  it('is for those who administer, in their own workspace', async () => {
    const { id } = (await invite(newEmail())).body.data;
    const path = `/workspaces/${ana.workspaceId}/invitations`;
    const stranger = await app.register();
    const member = await app.register();
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'MEMBER')`, [
      ana.workspaceId,
      member.userId,
    ]);
    const routes: [string, string, unknown?][] = [
      ['GET', path],
      ['POST', path, { email: newEmail(), role: 'VIEWER' }],
      ['POST', `${path}/${id}/resend`],
      ['DELETE', `${path}/${id}`],
    ];
    for (const [method, route, body] of routes) {
      expect([route, (await as(stranger)(method, route, body)).status]).toEqual([route, 404]);
      expect([route, (await as(member)(method, route, body)).status]).toEqual([route, 403]);
      const malformed = route.replace(ana.workspaceId, 'x');
      expect([route, (await as(ana)(method, malformed, body)).status]).toEqual([route, 400]);
      // Through a workspace of one's own no other's invitation is reached.
      if (!route.includes(id)) continue;
      const elsewhere = route.replace(ana.workspaceId, stranger.workspaceId);
      expect([route, (await as(stranger)(method, elsewhere, body)).status]).toEqual([route, 404]);
    }
    expect((await as(ana)('GET', `${path}?pageSize=0`)).status).toBe(400);
  });
});

describe('an open invitation', () => {
  it('is listed until it is accepted, and found by its address', async () => {
    const zoe = await app.register('Zoe');
    const { id } = (await invite(zoe.email)).body.data;
    const list = () => as(ana)('GET', `/workspaces/${ana.workspaceId}/invitations?query=${zoe.email.slice(0, 13)}`);
    expect((await list()).body.data.map((i: { id: string }) => i.id)).toEqual([id]);
    await accept(zoe, await tokenFor(zoe.email));
    expect((await list()).body).toEqual({ data: [], meta: { total: 0, page: 1, pageSize: 25, totalPages: 0 } });
  });

  it('can be sent again, which voids the first mail', async () => {
    const zoe = await app.register('Zoe');
    const { id } = (await invite(zoe.email)).body.data;
    const first = await tokenFor(zoe.email);
    await app.db.query(`UPDATE invitations SET expires_at = now() - interval '1 s' WHERE id = $1`, [id]);
    expect((await accept(zoe, first)).status).toBe(400);
    const resent = await as(ana)('POST', `/workspaces/${ana.workspaceId}/invitations/${id}/resend`);
    expect([resent.status, resent.body.data.id]).toEqual([200, id]);
    const second = await tokenFor(zoe.email, 2);
    expect((await accept(zoe, first)).status).toBe(400);
    expect((await accept(zoe, second)).status).toBe(200);
    const path = `/workspaces/${ana.workspaceId}/invitations/${id}`;
    expect((await as(ana)('POST', `${path}/resend`)).status).toBe(404);
    expect((await as(ana)('DELETE', path)).status).toBe(404);
  });

  it('can be taken back', async () => {
    const zoe = await app.register('Zoe');
    const path = `/workspaces/${ana.workspaceId}/invitations/${(await invite(zoe.email)).body.data.id}`;
    const token = await tokenFor(zoe.email);
    expect((await as(ana)('DELETE', path)).body).toEqual({ data: { success: true } });
    expect((await as(ana)('DELETE', path)).status).toBe(404);
    expect((await accept(zoe, token)).status).toBe(400);
    const { rows } = await app.db.query(
      `SELECT action FROM audit_events WHERE workspace_id = $1 ORDER BY created_at DESC LIMIT 2`,
      [ana.workspaceId],
    );
    expect(rows.map((row) => row.action)).toEqual(['invitation.revoked', 'invitation.created']);
  });
});

describe('accepting', () => {
  it('makes the invited person a member, and proves their address', async () => {
    const zoe = await app.register('Zoe');
    await invite(zoe.email, 'ADMIN');
    const token = await tokenFor(zoe.email);
    const joined = await accept(zoe, token);
    expect([joined.status, joined.body.data]).toEqual([200, { workspaceId: ana.workspaceId, role: 'ADMIN' }]);
    expect((await as(zoe)('GET', `/workspaces/${ana.workspaceId}`)).body.data.role).toBe('ADMIN');
    const { rows } = await app.db.query('SELECT email_verified_at FROM users WHERE id = $1', [zoe.userId]);
    expect(rows[0].email_verified_at).not.toBeNull();
    const audit = await as(zoe)('GET', `/workspaces/${ana.workspaceId}/audit-events?action=member.joined`);
    expect(audit.body.data[0]).toMatchObject({ subjectId: zoe.userId, details: { role: 'ADMIN' } });
  });

  it('is for the invited address only, and good once, also for one who asks many times at once', async () => {
    const [zoe, rui] = [await app.register('Zoe'), await app.register('Rui')];
    await invite(zoe.email);
    const token = await tokenFor(zoe.email);
    expect((await accept(rui, token)).status).toBe(400);
    expect((await as(rui)('GET', `/workspaces/${ana.workspaceId}`)).status).toBe(404);
    const verified = await app.db.query('SELECT email_verified_at FROM users WHERE id = $1', [rui.userId]);
    expect(verified.rows[0].email_verified_at).toBeNull();
    const many = await Promise.all(Array.from({ length: 5 }, () => accept(zoe, token)));
    expect(many.filter((a) => a.status === 200)).toHaveLength(1);
    expect(many.filter((a) => a.status === 400)).toHaveLength(4);
  });

  it('refuses every token that is not good with the same words', async () => {
    const [zoe, rui] = [await app.register('Zoe'), await app.register('Rui')];
    const bodies = new Set<string>();
    const refuse = async (name: string, answer: Awaited<ReturnType<typeof accept>>) => {
      expect([name, answer.status]).toEqual([name, 400]);
      const { requestId: _, instance: __, ...body } = answer.body;
      bodies.add(JSON.stringify(body));
    };
    await refuse('unknown', await accept(zoe, 'x'.repeat(43)));
    await refuse('empty', await accept(zoe, ''));
    const expired = (await invite(zoe.email)).body.data;
    const token = await tokenFor(zoe.email);
    await refuse('of another', await accept(rui, token));
    await app.db.query(`UPDATE invitations SET expires_at = now() WHERE id = $1`, [expired.id]);
    await refuse('expired', await accept(zoe, token));
    await refuse('expired, seen', await app.inject('POST', '/invitations/preview', { body: { token } }));
    await invite(zoe.email);
    const good = await tokenFor(zoe.email, 2);
    expect((await accept(zoe, good)).status).toBe(200);
    await refuse('used', await accept(zoe, good));
    await refuse('used, seen', await app.inject('POST', '/invitations/preview', { body: { token: good } }));
    expect([...bodies]).toHaveLength(1);
    expect([...bodies][0]).toContain('INVALID_TOKEN');
    expect((await as(zoe)('POST', '/invitations/accept', { token: null })).status).toBe(400);
  });

  it('is over when the workspace is deleted', async () => {
    const [owner, zoe] = [await app.register('Owner'), await app.register('Zoe')];
    const path = `/workspaces/${owner.workspaceId}`;
    await as(owner)('POST', `${path}/invitations`, { email: zoe.email, role: 'MEMBER' });
    const token = await tokenFor(zoe.email);
    const { name } = (await as(owner)('GET', path)).body.data;
    await as(owner)('DELETE', path, { name });
    expect((await accept(zoe, token)).status).toBe(400);
    expect((await app.inject('POST', '/invitations/preview', { body: { token } })).status).toBe(400);
  });

  it('leaves the role of somebody who became a member meanwhile', async () => {
    const zoe = await app.register('Zoe');
    await invite(zoe.email, 'VIEWER');
    const token = await tokenFor(zoe.email);
    await app.db.query(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'ADMIN')`, [
      ana.workspaceId,
      zoe.userId,
    ]);
    expect((await accept(zoe, token)).body.data.role).toBe('ADMIN');
  });
});
