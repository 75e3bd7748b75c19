import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../support/database.js';

/** Prisma's types with their column types; `@db.X` decides before these. */
const TYPES: Record<string, string> = {
  String: 'text',
  Int: 'int4',
  BigInt: 'int8',
  Boolean: 'bool',
  Json: 'jsonb',
  Bytes: 'bytea',
  DateTime: 'timestamp',
};
const NATIVE: Record<string, string> = { Uuid: 'uuid', Timestamptz: 'timestamptz', Date: 'date' };

/** The columns schema.prisma promises, as "table.column type [null]". */
function schemaColumns(schema: string): string[] {
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const names = new Set(models.map(([, name]) => name));
  return models.flatMap(([, model, body]) => {
    const table = /@@map\("(\w+)"\)/.exec(body!)?.[1] ?? model;
    const fields = [...body!.matchAll(/^ {2}(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/gm)].filter(
      ([, , type]) => !names.has(type),
    );
    return fields.map(([, name, type, list, optional, rest]) => {
      const column = /@map\("(\w+)"\)/.exec(rest!)?.[1] ?? name;
      const native = NATIVE[/@db\.(\w+)/.exec(rest!)?.[1] ?? ''] ?? TYPES[type!];
      return `${table}.${column} ${list ? '_' : ''}${native}${optional ? ' null' : ''}`;
    });
  });
}

test('the migrated database has the columns of schema.prisma, no more and no fewer', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(
      `SELECT table_name || '.' || column_name || ' ' || udt_name || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS line
         FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
    );
    const schema = readFileSync(join(import.meta.dirname, '../../../prisma/schema.prisma'), 'utf8');
    const promised = schemaColumns(schema);
    expect(promised.length).toBeGreaterThan(100);
    expect(rows.map((r) => r.line).sort()).toEqual(promised.sort());
  } finally {
    await client.end();
    await database.drop();
  }
});
