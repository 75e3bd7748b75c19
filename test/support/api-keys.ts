import { randomBytes, randomUUID } from 'node:crypto';
import { makeApiKey } from '../../src/workspaces/api-key-format.js';
import type { Person, TestApp } from './test-app.js';

/** A good key of a person's workspace, straight into the table: its id, and the key. */
export async function insertApiKey(
  app: TestApp,
  person: Pick<Person, 'workspaceId' | 'userId'>,
  role: 'ADMIN' | 'MEMBER' | 'VIEWER' = 'ADMIN',
): Promise<{ id: string; key: string }> {
  const id = randomUUID();
  const { key, prefix, hash } = makeApiKey(randomBytes(32));
  await app.db.query(
    `INSERT INTO api_keys (workspace_id, id, name, prefix, key_hash, role, created_by_id)
     VALUES ($1, $2, 'a program', $3, $4, $5, $6)`,
    [person.workspaceId, id, prefix, hash, role, person.userId],
  );
  return { id, key };
}
