import type { Pool } from 'pg';
import type { SecretBox } from '../secrets/secret-box.service.js';
import { findSealedHeaders, HEADERS_FIELD, type HeadersRow, replaceSealedHeaders } from './header-secrets.queries.js';
import type { Header } from './merge-headers.js';

/** What a rotation did. */
export interface Rotation {
  /** Secrets that are sealed with the current key now and were not before. */
  readonly resealed: number;
  /** Ids of the intentions with a secret that no configured key opens; they are left as they are. */
  readonly unreadable: readonly string[];
}

const NOWHERE = '00000000-0000-0000-0000-000000000000';

/**
 * Seals every header value of all tenants with the current key. Each intention is a change of its own, so the walk may
 * be cut off and begun again at any time; one that a person changes meanwhile is sealed with the current key by that.
 */
export async function rotateHeaderSecrets(
  pool: Pool,
  box: Pick<SecretBox, 'open' | 'seal' | 'isCurrent'>,
  batchSize: number,
): Promise<Rotation> {
  const unreadable: string[] = [];
  let resealed = 0;
  for (let cursor = { workspaceId: NOWHERE, id: NOWHERE }; ; ) {
    const rows = await findSealedHeaders(pool, cursor, batchSize);
    for (const row of rows) {
      const replacement = reseal(row, box);
      if (replacement === undefined) unreadable.push(row.id);
      else if (replacement.count > 0 && (await replaceSealedHeaders(pool, row, replacement.headers)))
        resealed += replacement.count;
    }
    const last = rows.at(-1);
    if (!last) return { resealed, unreadable };
    cursor = last;
  }
}

/** The headers under the current key and how many were under another; undefined when one cannot be opened. */
function reseal(
  { workspaceId, headers }: HeadersRow,
  box: Pick<SecretBox, 'open' | 'seal' | 'isCurrent'>,
): { headers: Header[]; count: number } | undefined {
  const place = { workspaceId, field: HEADERS_FIELD };
  try {
    // What the current key sealed is opened as well: a rotation is when a damaged secret should be noticed.
    const opened = headers.map(({ name, value }) => ({ name, value, plain: box.open(place, value) }));
    const sealed = opened.map(({ name, value, plain }) => ({
      name,
      value: box.isCurrent(value) ? value : box.seal(place, plain),
    }));
    return { headers: sealed, count: headers.filter(({ value }) => !box.isCurrent(value)).length };
  } catch {
    return undefined;
  }
}
