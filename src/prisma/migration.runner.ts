import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { type MigrationRecord, planMigrations } from './plan-migrations.js';

/** The migrations cannot be brought in line with the database; the message says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** The advisory lock `prisma migrate deploy` takes too, so that the two exclude each other. */
const LOCK = 72_707_369;

/** Prisma's own table, column for column: https://github.com/prisma/prisma-engines, postgres flavour of the schema connector. */
const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL,
    checksum varchar(64) NOT NULL,
    finished_at timestamptz,
    migration_name varchar(255) NOT NULL,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    applied_steps_count integer NOT NULL DEFAULT 0
  )`;

/** The folder prisma/migrations of this package, found from src/ and from dist/ alike. */
export function findMigrationsDir(from: string = import.meta.dirname): string {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return join(dir, 'prisma', 'migrations');
    if (dir === dirname(dir)) throw new MigrationError(`No package.json above ${from}`);
  }
}

/**
 * Applies the migrations that are still to run, in name order, and answers their names. Each runs in one transaction
 * together with its record, so a failing one leaves nothing behind (and none may use CREATE INDEX CONCURRENTLY).
 * Safe to call from many processes at once.
 * @throws MigrationError when an applied one was edited, the database is newer than the code, or the SQL fails
 */
export async function runMigrations(pool: pg.Pool, migrationsDir: string = findMigrationsDir()): Promise<string[]> {
  const migrations = await readMigrations(migrationsDir);
  const client = await pool.connect();
  try {
    // The wait for another starter, and a migration over a big table, may outlast the pool's limit.
    await client.query('SET statement_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(CREATE_TABLE);
    const plan = planMigrations([...migrations.values()], await readRecords(client));
    if (plan.problem !== undefined) throw new MigrationError(plan.problem);
    for (const name of plan.pending) await apply(client, migrations.get(name)!);
    return [...plan.pending];
  } finally {
    // Closing the session gives up the lock and the changed timeout, whatever state it is in.
    client.release(true);
  }
}

/** The migrations this code has and the database has not, in order. @throws when the database does not answer */
export async function pendingMigrations(
  pool: pg.Pool,
  migrationsDir: string = findMigrationsDir(),
): Promise<readonly string[]> {
  const [migrations, records] = await Promise.all([readMigrations(migrationsDir), readRecords(pool)]);
  const plan = planMigrations([...migrations.values()], records);
  return plan.pending ?? [plan.problem];
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

async function readMigrations(dir: string): Promise<Map<string, Migration>> {
  const entries = await readdir(dir, { withFileTypes: true });
  const migrations = new Map<string, Migration>();
  for (const { name } of entries.filter((e) => e.isDirectory())) {
    const bytes = await readFile(join(dir, name, 'migration.sql'));
    const checksum = createHash('sha256').update(bytes).digest('hex');
    migrations.set(name, { name, sql: bytes.toString('utf8'), checksum });
  }
  return migrations;
}

async function readRecords(client: pg.Pool | pg.PoolClient): Promise<MigrationRecord[]> {
  const { rows } = await client.query<MigrationRecord>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  return rows;
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`The migration "${migration.name}" failed and was undone: ${detail}`, { cause });
  }
}
