import type { Pool } from 'pg';
import { UnreadableSecretError } from '../secrets/seal-secret.js';
import type { SecretBox } from '../secrets/secret-box.service.js';
import { findHookSecrets, HOOK_SECRET_FIELD, replaceHookSecret } from './hook-secrets.queries.js';

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Seals the hook secret of every workspace with the current key. Answers how many, and whose no configured key opens. */
export async function rotateHookSecrets(
  pool: Pool,
  box: Pick<SecretBox, 'open' | 'seal' | 'isCurrent'>,
  batchSize: number,
): Promise<{ readonly resealed: number; readonly unreadable: readonly string[] }> {
  const unreadable: string[] = [];
  let resealed = 0;
  for (let cursor = NOBODY; ; ) {
    const rows = await findHookSecrets(pool, cursor, batchSize);
    for (const { workspaceId, sealed } of rows) {
      const place = { workspaceId, field: HOOK_SECRET_FIELD };
      try {
        // What the current key sealed is opened as well: a rotation is when a damaged secret should be noticed.
        const plain = box.open(place, sealed);
        if (box.isCurrent(sealed)) continue;
        // One that is rotated meanwhile is sealed with the current key by that.
        if (await replaceHookSecret(pool, workspaceId, sealed, box.seal(place, plain))) resealed += 1;
      } catch (error) {
        if (!(error instanceof UnreadableSecretError)) throw error;
        unreadable.push(workspaceId);
      }
    }
    const last = rows.at(-1);
    if (!last) return { resealed, unreadable };
    cursor = last.workspaceId;
  }
}
