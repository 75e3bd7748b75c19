import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findMigrationsDir, MigrationError, runMigrations } from '../../../src/prisma/migration.runner.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let pool: pg.Pool;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  folder = await mkdtemp(join(tmpdir(), 'tawkee-migrations-'));
  await addMigration('1_notes', 'CREATE TABLE notes (id integer PRIMARY KEY); INSERT INTO notes VALUES (1);');
});

afterEach(async () => {
  await pool.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

const count = async (sql: string) => Number((await pool.query<{ count: string }>(sql)).rows[0]!.count);
const recordCount = () => count('SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL');

test("applies the project's own migrations to an empty database, once", async () => {
  const applied = await runMigrations(pool);
  expect(applied.length).toBeGreaterThan(0);
  expect(await recordCount()).toBe(applied.length);
  expect(await runMigrations(pool)).toEqual([]);
});

test('keeps the checksum that Prisma would: SHA-256 of the file', async () => {
  await runMigrations(pool, folder);
  const { rows } = await pool.query('SELECT migration_name, checksum, applied_steps_count FROM _prisma_migrations');
  const checksum = createHash('sha256')
    .update(await readFile(join(folder, '1_notes', 'migration.sql')))
    .digest('hex');
  expect(rows).toEqual([{ migration_name: '1_notes', checksum, applied_steps_count: 1 }]);
});

test('two starters at once apply each migration once', async () => {
  const results = await Promise.all([runMigrations(pool, folder), runMigrations(pool, folder)]);
  expect(results.flat()).toEqual(['1_notes']);
  expect(await count('SELECT count(*) FROM notes')).toBe(1);
});

test('a new migration follows the applied ones', async () => {
  await runMigrations(pool, folder);
  await addMigration('2_more', 'INSERT INTO notes VALUES (2);');
  expect(await runMigrations(pool, folder)).toEqual(['2_more']);
});

test('an edited migration is refused by name', async () => {
  await runMigrations(pool, folder);
  await appendFile(join(folder, '1_notes', 'migration.sql'), '\n-- edited');
  await expect(runMigrations(pool, folder)).rejects.toThrow(/"1_notes" was edited/);
});

test('a database that is ahead of the code is refused', async () => {
  await addMigration('2_more', 'INSERT INTO notes VALUES (2);');
  await runMigrations(pool, folder);
  await rm(join(folder, '2_more'), { recursive: true });
  await expect(runMigrations(pool, folder)).rejects.toThrow(/newer than this code/);
});

test('a failing migration leaves nothing behind, and can be repaired', async () => {
  await addMigration('2_more', 'INSERT INTO notes VALUES (2); INSERT INTO nowhere VALUES (1);');
  await expect(runMigrations(pool, folder)).rejects.toThrow(MigrationError);
  expect(await count('SELECT count(*) FROM notes')).toBe(1);
  expect(await recordCount()).toBe(1);
  await writeFile(join(folder, '2_more', 'migration.sql'), 'INSERT INTO notes VALUES (2);');
  expect(await runMigrations(pool, folder)).toEqual(['2_more']);
});

test('finds the migrations from a folder below the package, as dist/src/prisma is', async () => {
  await writeFile(join(folder, 'package.json'), '{}');
  await mkdir(join(folder, 'dist/src/prisma'), { recursive: true });
  await cp(join(folder, '1_notes'), join(folder, 'prisma/migrations/1_notes'), { recursive: true });
  expect(findMigrationsDir(join(folder, 'dist/src/prisma'))).toBe(join(folder, 'prisma/migrations'));
});
