import type { Pool } from 'pg';
import { type PageQuery, toLikePattern } from '../common/pagination.js';
import type { Tx } from '../prisma/prisma.service.js';
import type { ContactRow } from './contacts.dto.js';
import type { FieldType } from './read-field-value.js';

/** A statement and its values, so that a test can explain the very text that runs. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

// The newest chat is found through the contact's aliases: their index begins with the contact, that of chats does not.
// Values of archived fields are kept, and shown again when the field comes back.
const ABOUT = `
SELECT t.id, t.name, t.phone, t.email, t.picture, coalesce(r.address, '') AS recipient,
       (extract(epoch FROM t.birthday) * 1000)::float8 AS birthday_ms, t.gender, t.job_title, t.created_at,
       coalesce(v.field_values, '[]') AS field_values
FROM page t
LEFT JOIN LATERAL (
  SELECT c.address FROM contact_aliases a
  JOIN chats c ON c.workspace_id = a.workspace_id AND c.channel_id = a.channel_id AND c.contact_id = a.contact_id
  WHERE a.workspace_id = t.workspace_id AND a.contact_id = t.id
  ORDER BY c.last_message_at DESC, c.id LIMIT 1
) r ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('customFieldId', x.custom_field_id, 'value', x.value) ORDER BY f.created_at, f.id)
         AS field_values
  FROM custom_field_values x
  JOIN custom_fields f ON f.workspace_id = x.workspace_id AND f.id = x.custom_field_id AND NOT f.is_archived
  WHERE x.workspace_id = t.workspace_id AND x.contact_id = t.id
) v ON true
ORDER BY t.created_at, t.id`;

const HAS_WORDS = `(name ILIKE $2 OR phone LIKE $3)`;

/** The statements of one page of a workspace's contacts, oldest first, and of their number. */
export function listStatements(workspaceId: string, query: PageQuery): { page: Statement; count: Statement } {
  const words = query.query ? [toLikePattern(query.query), toLikePattern(asDigits(query.query))] : [];
  const filter = words.length > 0 ? `AND ${HAS_WORDS}` : '';
  const n = words.length + 1;
  return {
    page: {
      text: `WITH page AS MATERIALIZED (
               SELECT * FROM contacts WHERE workspace_id = $1 ${filter}
               ORDER BY created_at, id LIMIT $${n + 1} OFFSET $${n + 2})
             ${ABOUT}`,
      values: [workspaceId, ...words, query.pageSize, (query.page - 1) * query.pageSize],
    },
    count: {
      text: `SELECT count(*)::int AS total FROM contacts WHERE workspace_id = $1 ${filter}`,
      values: [workspaceId, ...words],
    },
  };
}

/** Phones are kept as digits; somebody who pastes "+55 81 9" means those. */
const asDigits = (words: string) => (/^[+\d\s().-]*\d[+\d\s().-]*$/.test(words) ? words.replace(/\D/g, '') : words);

/** One page of contacts, and how many match. */
export async function listContacts(
  pool: Pool,
  workspaceId: string,
  query: PageQuery,
): Promise<{ rows: ContactRow[]; total: number }> {
  const { page, count } = listStatements(workspaceId, query);
  const [found, counted] = await Promise.all([
    pool.query<ContactRow>(page.text, page.values),
    pool.query<{ total: number }>(count.text, count.values),
  ]);
  return { rows: found.rows, total: counted.rows[0]!.total };
}

/** One contact; undefined when there is none. */
export async function findContact(pool: Pool, workspaceId: string, id: string): Promise<ContactRow | undefined> {
  const { rows } = await pool.query<ContactRow>(
    `WITH page AS MATERIALIZED (SELECT * FROM contacts WHERE workspace_id = $1 AND id = $2) ${ABOUT}`,
    [workspaceId, id],
  );
  return rows[0];
}

/** The types of these fields, archived ones left out; locked, so that no type changes before the values are written. */
export async function lockFieldTypes(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, FieldType>> {
  const rows = await tx.$queryRaw<{ id: string; type: FieldType }[]>`
    SELECT id, type FROM custom_fields
    WHERE workspace_id = ${workspaceId}::uuid AND id = ANY (${[...ids]}::uuid[]) AND NOT is_archived
    ORDER BY id FOR SHARE`;
  return new Map(rows.map((row) => [row.id, row.type]));
}

/** Writes a contact's values over those of the same fields. */
export async function writeFieldValues(
  tx: Tx,
  { workspaceId, contactId }: { workspaceId: string; contactId: string },
  values: ReadonlyMap<string, string | number | boolean>,
): Promise<void> {
  const rows = JSON.stringify([...values].map(([id, value]) => ({ id, value })));
  await tx.$executeRaw`
    INSERT INTO custom_field_values (workspace_id, contact_id, custom_field_id, value)
    SELECT ${workspaceId}::uuid, ${contactId}::uuid, x.id, x.value
    FROM json_to_recordset(${rows}::json) AS x(id uuid, value jsonb) ORDER BY x.id
    ON CONFLICT (workspace_id, contact_id, custom_field_id) DO UPDATE SET value = excluded.value, updated_at = now()`;
}
