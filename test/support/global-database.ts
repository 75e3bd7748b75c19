import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres, stopOrphan } from '../../src/prisma/embedded-postgres.server.js';
import { lockFolder } from '../../src/prisma/folder-lock.server.js';
import { runMigrations } from '../../src/prisma/migration.runner.js';

/** The run's database server: an administrator's URL, and the migrated database to clone. */
export interface TestPostgres {
  readonly adminUrl: string;
  readonly template: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

const TEMPLATE = 'tawkee_template';
const PARENT = join(tmpdir(), 'tawkee-tests');

interface Shared {
  users: number;
  server: Promise<{ postgres: TestPostgres; close(): Promise<void> }>;
}

// Vitest loads this file once per project, each time as a new module: the one server of the run hangs on globalThis.
const slot = globalThis as typeof globalThis & { tawkeeTestServer?: Shared };

/** Gives every project of the run the same server; the last one to finish stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  slot.tawkeeTestServer ??= { users: 0, server: startServer() };
  const shared = slot.tawkeeTestServer;
  shared.users++;
  project.provide('postgres', (await shared.server).postgres);
  return async () => {
    if (--shared.users > 0) return;
    slot.tawkeeTestServer = undefined;
    await (await shared.server).close();
  };
}

async function startServer() {
  mkdirSync(PARENT, { recursive: true });
  await sweep();
  const dataDir = mkdtempSync(join(PARENT, 'run-'));
  await chmod(dataDir, 0o711); // root's PostgreSQL runs as nobody, who must pass through
  const lock = await lockFolder(dataDir);
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  await createTemplate(server.url);
  return {
    postgres: { adminUrl: server.url, template: TEMPLATE },
    close: async () => {
      await server.stop();
      await lock.release();
      await discard(dataDir, server.folder);
    },
  };
}

async function createTemplate(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 1 });
  await runMigrations(pool).finally(() => pool.end());
}

/** Removes what runs that were killed left behind; the folder of a live run is locked. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(PARENT)) {
    const dataDir = join(PARENT, name);
    const lock = await lockFolder(dataDir).catch(() => undefined);
    if (lock) await discard(dataDir, await stopOrphan(dataDir).catch(() => undefined));
  }
}

async function discard(dataDir: string, folder: string | undefined): Promise<void> {
  if (folder) await rm(folder, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}
