import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { chown, mkdir, readFile, rename, rm, symlink, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, parse, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Account, type Binaries, findBinaries, openSharedRoot, SHARED_ROOT } from './postgres-binaries.server.js';
import { commandLine, isAlive } from './process-table.server.js';

export interface EmbeddedPostgresOptions {
  /** Holds `postgres/` (or a link to it), `postgres-password` and `postgres.log`. The caller has locked it. */
  readonly dataDir: string;
  /** Told of what an operator should know; silent when absent. */
  readonly log?: (line: string) => void;
  /** False gives up crash safety for speed: for data a test throws away. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  readonly url: string;
  /** The postmaster's. */
  readonly pid: number;
  /** True when a server that outlived its application was taken over. */
  readonly adopted: boolean;
  /** Where the data really lies. */
  readonly folder: string;
  /** Ends sessions, writes a checkpoint, and answers when the process is gone. */
  stop(): Promise<void>;
}

const USER = 'tawkee';
const DATABASE = 'tawkee';
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
/** Recovery after a crash replays at most max_wal_size of log, which a slow disk may take minutes for. */
const READY_WITHIN_MS = 180_000;
const FAST_STOP_MS = 10_000;
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  jit: 'off',
  // A new installation grows from nothing: statistics an hour old would describe empty tables.
  autovacuum_naptime: '10s',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Starts PostgreSQL on 127.0.0.1 at a free port, creating its data at the first call, or adopts the one that a killed
 * application left running. It runs in its own process group, so that Ctrl-C reaches only the application, and as an
 * unprivileged account when we are root, whom PostgreSQL refuses.
 * @throws Error with the last lines of its log when it does not come up
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const log = options.log ?? (() => {});
  const account = chooseAccount(dataDir);
  const binaries = await findBinaries(dataDir, account);
  const password = keepPassword(dataDir);
  const folder = existingFolder(dataDir) ?? (await createFolder(dataDir, binaries, account, password, log));
  checkVersion(folder, binaries);

  const found = await adopt(folder, password);
  const { pid, port } = found ?? (await launch(folder, dataDir, binaries, account, password, options.durable ?? true));
  if (found) log(`Took over the PostgreSQL that was still running (process ${pid}).`);
  await createDatabase(port, password);
  return {
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    pid,
    adopted: found !== undefined,
    folder,
    stop: () => stopServer(pid, folder, binaries),
  };
}

// ---- account and folder ---------------------------------------------------------------------------------------------

/** Whom to run as: ourselves, or for root the owner of the data that exists, or nobody. */
function chooseAccount(dataDir: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const folder = join(dataDir, 'postgres');
  if (existsSync(folder)) {
    const { uid, gid } = statSync(folder);
    if (uid !== 0) return { uid, gid };
  }
  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return { uid: Number(entry?.[1] ?? 65_534), gid: Number(entry?.[2] ?? 65_534) };
}

/** The superuser's password, made once and readable by our account only. */
function keepPassword(dataDir: string): string {
  const file = join(dataDir, 'postgres-password');
  if (!existsSync(file)) {
    if (existingFolder(dataDir)) throw new Error(`${file} is missing: without it the data beside it cannot be opened.`);
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  }
  const password = readFileSync(file, 'utf8').trim();
  if (password === '') throw new Error(`${file} is empty. Restore it, or remove it when there is no data yet.`);
  return password;
}

/** The real place of the data, or undefined before the first start. */
function existingFolder(dataDir: string): string | undefined {
  const entry = join(dataDir, 'postgres');
  if (!lstatSync(entry, { throwIfNoEntry: false })) return undefined;
  if (!existsSync(entry)) throw new Error(`${entry} points to a folder that is gone. Restore it, or remove the link.`);
  return realpathSync(entry);
}

/**
 * Makes the data folder beside its destination and renames it when complete, so that a crash leaves nothing half made.
 * Where the account cannot reach DATA_DIR (a checkout under /root, a mktemp folder), the data goes under /var/lib/tawkee
 * and a link in DATA_DIR names it. The name has a random part: a removed DATA_DIR that is made anew starts empty.
 */
async function createFolder(
  dataDir: string,
  binaries: Binaries,
  account: Account | undefined,
  password: string,
  log: (line: string) => void,
): Promise<string> {
  const entry = join(realpathSync(dataDir), 'postgres');
  if (!account || (await canReach(dataDir, account))) {
    await initialise(`${entry}.tmp`, binaries, account, password);
    await rename(`${entry}.tmp`, entry);
    return entry;
  }
  const hash = createHash('sha256').update(entry).digest('hex').slice(0, 16);
  const folder = join(SHARED_ROOT, `data-${hash}-${randomBytes(4).toString('hex')}`);
  await openSharedRoot();
  await initialise(`${folder}.tmp`, binaries, account, password);
  await rename(`${folder}.tmp`, folder);
  await symlink(folder, entry);
  log(`PostgreSQL does not run as root and its account cannot enter ${dataDir}, so its data lies in ${folder}.`);
  return folder;
}

/** Asked of the account itself, by a process that runs as it: modes alone do not tell (ACLs, mounts). */
async function canReach(dataDir: string, account: Account): Promise<boolean> {
  const probe = join(dataDir, `postgres.${randomUUID()}.probe`);
  await mkdir(probe);
  try {
    await chown(probe, account.uid, account.gid);
    return spawnSync('/bin/sh', ['-c', 'test -w "$1"', 'sh', probe], { ...account, cwd: '/', env: {} }).status === 0;
  } finally {
    await rm(probe, { recursive: true });
  }
}

/**
 * Collation by code point and Unicode upper and lower case from PostgreSQL's builtin provider (18 documentation,
 * "Locale Support"): the same on every system, and indexes survive a change of the C library.
 */
async function initialise(folder: string, binaries: Binaries, account: Account | undefined, password: string) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const passwordFile = `${folder}.password`;
  await rm(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  try {
    if (account) for (const path of [folder, passwordFile]) await chown(path, account.uid, account.gid);
    const { error, status, stdout, stderr } = spawnSync(
      binaries.initdb,
      [
        ...['--pgdata', folder, '--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
        ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ],
      { ...account, cwd: parse(folder).root, env: serverEnvironment(), encoding: 'utf8' },
    );
    if (error) throw error;
    if (status !== 0) throw new Error(`initdb failed (exit status ${status}):\n${stdout}${stderr}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function checkVersion(folder: string, binaries: Binaries): void {
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (version === binaries.majorVersion) return;
  throw new Error(
    `${folder} was made by PostgreSQL ${version}, and this is ${binaries.majorVersion}. Move the data with pg_dump and pg_restore.`,
  );
}

/** Nothing of ours: the secrets in our environment would be readable by the account PostgreSQL runs as. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env;
  return { PATH, SystemRoot, TEMP, TMP, LC_ALL: 'C', TZ: 'UTC' };
}

// ---- start ----------------------------------------------------------------------------------------------------------

interface Server {
  readonly pid: number;
  readonly port: number;
}

/** The postmaster that runs on this folder, ready for sessions; undefined when there is none (any more). */
async function adopt(folder: string, password: string): Promise<Server | undefined> {
  const server = readPidFile(folder);
  if (!server || !isAlive(server.pid)) return undefined;
  const command = commandLine(server.pid);
  if (command !== undefined && !(command.includes('postgres') && command.includes(folder))) {
    // After a reboot or in a new container the number can belong to any program, and PostgreSQL would refuse to start.
    await rm(join(folder, 'postmaster.pid'), { force: true });
    return undefined;
  }
  const ready = await waitReady(server.port, password, () => !isAlive(server.pid));
  return ready ? server : undefined;
}

/** pid on line 1, port on line 4 (PostgreSQL's pidfile.h); undefined when absent or not complete yet. */
function readPidFile(folder: string): Server | undefined {
  const file = join(folder, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const server = { pid: Number(lines[0]), port: Number(lines[3]) };
  return server.pid > 0 && server.port > 0 ? server : undefined;
}

async function launch(
  folder: string,
  dataDir: string,
  binaries: Binaries,
  account: Account | undefined,
  password: string,
  durable: boolean,
): Promise<Server> {
  const logFile = join(dataDir, 'postgres.log');
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) await truncate(logFile);
  for (let attempt = 1; ; attempt++) {
    const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
    const port = await freePort();
    const child = spawnServer(folder, logFile, port, binaries, account, durable);
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    const isGone = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
    if (await waitReady(port, password, isGone)) return { pid: child.pid!, port };
    if (failure) throw failure;
    const lines = (await readFile(logFile)).subarray(logStart).toString('utf8').trim().split('\n').slice(-20);
    // Another program took the port; or the sessions of a killed postmaster have not noticed its death yet.
    const passing = /could not bind|could not create any TCP|pre-existing shared memory/.test(lines.join('\n'));
    if (!passing || attempt === 20) throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`);
    await sleep(250);
  }
}

function spawnServer(
  folder: string,
  logFile: string,
  port: number,
  binaries: Binaries,
  account: Account | undefined,
  durable: boolean,
): ChildProcess {
  const safety = durable ? { fsync: 'on', synchronous_commit: 'on' } : { fsync: 'off', full_page_writes: 'off' };
  const settings = Object.entries({ ...SETTINGS, ...safety, port: String(port) });
  const output = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(binaries.postgres, ['-D', folder, ...settings.flatMap(([k, v]) => ['-c', `${k}=${v}`])], {
      ...account,
      cwd: parse(folder).root,
      env: serverEnvironment(),
      detached: true,
      stdio: ['ignore', output, output],
    });
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

/** True once a session opens, false once the process is gone. @throws Error after three minutes of neither */
async function waitReady(port: number, password: string, isGone: () => boolean): Promise<boolean> {
  for (const deadline = Date.now() + READY_WITHIN_MS; ; await sleep(50)) {
    if (isGone()) return false;
    try {
      await withSession(port, password, async () => {});
      return true;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (code.startsWith('28')) throw error; // the password is refused, and will be
      if (Date.now() > deadline) throw new Error('PostgreSQL runs but opens no session', { cause: error });
    }
  }
}

async function createDatabase(port: number, password: string): Promise<void> {
  await withSession(port, password, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
}

async function withSession(port: number, password: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: USER, password, database: 'postgres' },
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {}); // told through the failing call as well
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

// ---- stop -----------------------------------------------------------------------------------------------------------

/**
 * Fast shutdown; after 10 s an immediate one, which the next start recovers from.
 * The signals are those of "Shutting Down the Server" in PostgreSQL's documentation.
 */
async function stopServer(pid: number, folder: string, binaries: Binaries): Promise<void> {
  for (const mode of ['fast', 'immediate'] as const) {
    if (!isAlive(pid)) return;
    signal(pid, mode, folder, binaries);
    if (await waitGone(pid)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop`);
}

function signal(pid: number, mode: 'fast' | 'immediate', folder: string, binaries: Binaries): void {
  // Node ends a process on Windows whatever the signal; pg_ctl knows PostgreSQL's own way.
  if (process.platform === 'win32') {
    spawnSync(binaries.pgCtl, ['stop', '-D', folder, '-m', mode, '-W']);
    return;
  }
  try {
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function waitGone(pid: number): Promise<boolean> {
  for (const deadline = Date.now() + FAST_STOP_MS; Date.now() < deadline; await sleep(20)) {
    if (!isAlive(pid)) return true;
  }
  return false;
}

/** Stops the server a dead application left on this folder, if any: for throwing the folder away. */
export async function stopOrphan(dataDir: string): Promise<string | undefined> {
  const folder = existingFolder(resolve(dataDir));
  if (folder === undefined) return undefined;
  const server = readPidFile(folder);
  if (server && isAlive(server.pid) && commandLine(server.pid)?.includes(folder)) {
    process.kill(server.pid, 'SIGQUIT');
    await waitGone(server.pid);
  }
  return folder;
}
