import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/prisma/embedded-postgres.server.js';
import { isAlive } from '../../../src/prisma/process-table.server.js';

let root: string;
let dataDir: string;
let folder: string | undefined;
let running: EmbeddedPostgres | undefined;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tawkee-embedded-'));
  await chmod(root, 0o755);
  dataDir = join(root, 'data');
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  if (folder) await rm(folder, { recursive: true, force: true });
  await rm(root, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  running = await startEmbeddedPostgres({ dataDir });
  folder = running.folder;
  return running;
}

async function query(server: EmbeddedPostgres, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

/** As the kernel's OOM killer or a power cut would: no process of the server has a last word. */
async function killAll(server: EmbeddedPostgres): Promise<void> {
  const children = `/proc/${server.pid}/task/${server.pid}/children`;
  const pids = existsSync(children) ? readFileSync(children, 'utf8').trim().split(' ').map(Number) : [];
  for (const pid of [server.pid, ...pids]) process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expect([server.pid, ...pids].filter(isAlive)).toEqual([]), { timeout: 10_000 });
}

test('starts, stops, starts again and has kept the data', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE kept (n integer); INSERT INTO kept VALUES (7)');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);

  const second = await start();
  expect(second.adopted).toBe(false);
  expect(await query(second, 'SELECT n FROM kept')).toEqual([[7]]);
});

test('is durable, open to this machine only, and speaks Unicode', async () => {
  const server = await start();
  const settings = await query(
    server,
    `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('listen_addresses'),
            current_setting('unix_socket_directories'), current_setting('server_encoding'), lower('ÇÃO')`,
  );
  expect(settings).toEqual([['on', 'on', '127.0.0.1', '', 'UTF8', 'ção']]);
  expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
});

test('refuses a wrong password', async () => {
  const url = new URL((await start()).url);
  url.password = 'wrong';
  const client = new pg.Client({ connectionString: url.href });
  await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
});

test('kept what was committed before everything was killed', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n');
  await killAll(first);

  const second = await start();
  expect(second.adopted).toBe(false);
  expect(await query(second, 'SELECT count(*) FROM kept')).toEqual([['1000']]);
});

test('adopts the server that outlived its application', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE kept (n integer); INSERT INTO kept VALUES (7)');

  const second = await start();
  expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url });
  expect(await query(second, 'SELECT n FROM kept')).toEqual([[7]]);
  await second.stop();
  expect(isAlive(first.pid)).toBe(false);
});

test('starts although the number in an old pid file belongs to another program by now', async () => {
  const first = await start();
  await killAll(first);
  const pidFile = join(first.folder, 'postmaster.pid');
  const lines = readFileSync(pidFile, 'utf8').split('\n').slice(1);
  writeFileSync(pidFile, [String(process.pid), ...lines].join('\n'));

  const second = await start();
  expect(second.adopted).toBe(false);
});

test('says so when the password of existing data is gone', async () => {
  const first = await start();
  await first.stop();
  await rm(join(dataDir, 'postgres-password'));
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/postgres-password is missing/);
});

test.runIf(process.getuid?.() === 0)(
  'finds a place that its account can enter when DATA_DIR is closed to it',
  async () => {
    await chmod(root, 0o700);
    mkdirSync(dataDir);
    const first = await start();
    expect(first.folder.startsWith(root)).toBe(false);
    await query(first, 'CREATE TABLE kept (n integer); INSERT INTO kept VALUES (7)');
    await first.stop();

    const second = await start();
    expect(second.folder).toBe(first.folder);
    expect(await query(second, 'SELECT n FROM kept')).toEqual([[7]]);
  },
);
