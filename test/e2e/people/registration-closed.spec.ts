import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ REGISTRATION: 'invite' });
});
afterAll(() => app.close());

const newEmail = () => `${randomUUID()}@example.com`;
const register = (email = newEmail(), invitationToken?: string) =>
  app.inject('POST', '/auth/register', {
    body: { name: 'Ana', email, password: 'correct horse battery', invitationToken },
  });

it('lets exactly one of many racers be the first, and nobody after', async () => {
  const racers = await Promise.all(Array.from({ length: 6 }, () => register()));
  expect(racers.map((r) => r.status).sort()).toEqual([201, 403, 403, 403, 403, 403]);
  expect((await register()).body.code).toBe('REGISTRATION_CLOSED');
  const { rows } = await app.db.query(
    'SELECT (SELECT count(*) FROM users)::int AS users, (SELECT count(*) FROM workspaces)::int AS workspaces',
  );
  expect(rows[0]).toEqual({ users: 1, workspaces: 1 });
});

describe('with an invitation', () => {
  /** One of the first person's workspace. */
  async function invite(email: string): Promise<{ id: string; token: string; workspaceId: string }> {
    const { rows } = await app.db.query('SELECT workspace_id, user_id FROM memberships ORDER BY created_at LIMIT 1');
    const { workspace_id: workspaceId, user_id: inviter } = rows[0];
    const [id, token] = [randomUUID(), randomBytes(32).toString('base64url')];
    await app.db.query(
      `INSERT INTO invitations (workspace_id, id, email, role, token_hash, invited_by_id, expires_at)
       VALUES ($1, $2, $3, 'MEMBER', $4, $5, now() + interval '1 day')`,
      [workspaceId, id, email, createHash('sha256').update(token).digest(), inviter],
    );
    return { id, token, workspaceId };
  }

  it('joins the inviter’s workspace and no other, with the address proven', async () => {
    const email = newEmail();
    const { token, workspaceId } = await invite(email);
    const answer = await register(email.toUpperCase(), token);
    expect(answer.status).toBe(201);
    const profile = await app.inject('GET', '/auth/profile', { token: answer.body.data.accessToken });
    expect(profile.body.data.emailVerified).toBe(true);
    expect(profile.body.data.memberships).toMatchObject([{ workspaceId, role: 'MEMBER' }]);
    const { rows } = await app.db.query(
      `SELECT user_id, details FROM audit_events WHERE workspace_id = $1 AND action = 'member.joined' AND subject_id = $2`,
      [workspaceId, answer.body.data.user.id],
    );
    expect(rows).toEqual([{ user_id: answer.body.data.user.id, details: { role: 'MEMBER' } }]);
  });

  it('lets one of many who bring it at once in', async () => {
    const email = newEmail();
    const { token } = await invite(email);
    const answers = await Promise.all(Array.from({ length: 4 }, () => register(email, token)));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
  });

  it.each<{ name: string; input: (invitation: { id: string; token: string }) => Promise<[string?, string?]> }>([
    { name: 'for another address', input: async ({ token }) => [newEmail(), token] },
    { name: 'nobody sent', input: async () => [undefined, randomBytes(32).toString('base64url')] },
    { name: 'of no characters', input: async () => [undefined, ''] },
    {
      name: 'that expired',
      input: async ({ id, token }) => {
        await app.db.query('UPDATE invitations SET expires_at = now() WHERE id = $1', [id]);
        return [undefined, token];
      },
    },
    {
      name: 'that was used',
      input: async ({ id, token }) => {
        await app.db.query('UPDATE invitations SET accepted_at = now() WHERE id = $1', [id]);
        return [undefined, token];
      },
    },
    {
      name: 'that was taken back',
      input: async ({ id, token }) => {
        await app.db.query('DELETE FROM invitations WHERE id = $1', [id]);
        return [undefined, token];
      },
    },
    {
      name: 'to a deleted workspace',
      input: async ({ id, token }) => {
        await app.db.query(
          'UPDATE workspaces SET deleted_at = now() WHERE id = (SELECT workspace_id FROM invitations WHERE id = $1)',
          [id],
        );
        return [undefined, token];
      },
    },
  ])('is refused with one $name', async ({ input }) => {
    const email = newEmail();
    const [other, token] = await input(await invite(email));
    const answer = await register(other ?? email, token);
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_TOKEN']);
    expect((await app.db.query('SELECT 1 FROM users WHERE email = $1', [other ?? email])).rowCount).toBe(0);
  });
});
