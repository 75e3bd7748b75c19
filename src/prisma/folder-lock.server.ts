import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, startMark } from './process-table.server.js';

/** The data folder belongs to a process that lives; the message says to which, and what to do. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

const LOCK_NAME = /^tawkee\.(\d+)\.lock$/;
const lockName = (n: number) => `tawkee.${n}.lock`;

/**
 * Makes this process the only one on a data folder, until `release` or its death. A dead owner's lock is taken over.
 * Processes that cannot see each other (containers that share a volume) are not kept apart.
 *
 * A takeover never removes the dead lock first: two starters could then each remove the other's new one. It links the
 * next number instead, which only one can, and whoever then sees a higher number than its own steps back.
 * @throws FolderInUseError
 */
export async function lockFolder(dataDir: string): Promise<{ release(): Promise<void> }> {
  await mkdir(dataDir, { recursive: true });
  const draft = join(dataDir, `tawkee.${randomUUID()}.draft`);
  await writeFile(draft, JSON.stringify({ pid: process.pid, startMark: startMark(process.pid) }), { mode: 0o600 });
  try {
    for (;;) {
      const newest = await newestLock(dataDir);
      if (newest > 0) await refuseLiveOwner(dataDir, newest);
      const mine = newest + 1;
      if (!(await tryLink(draft, join(dataDir, lockName(mine))))) continue;
      if ((await newestLock(dataDir)) === mine) {
        await removeOlder(dataDir, mine);
        return { release: () => rm(join(dataDir, lockName(mine)), { force: true }) };
      }
      await rm(join(dataDir, lockName(mine)), { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function lockNumbers(dataDir: string): Promise<number[]> {
  return (await readdir(dataDir)).map((name) => Number(LOCK_NAME.exec(name)?.[1])).filter((n) => n > 0);
}

async function newestLock(dataDir: string): Promise<number> {
  return Math.max(0, ...(await lockNumbers(dataDir)));
}

async function removeOlder(dataDir: string, than: number): Promise<void> {
  for (const n of await lockNumbers(dataDir)) if (n < than) await rm(join(dataDir, lockName(n)), { force: true });
}

async function refuseLiveOwner(dataDir: string, n: number): Promise<void> {
  const owner = await readOwner(join(dataDir, lockName(n)));
  if (!owner || !isAlive(owner.pid) || startMark(owner.pid) !== owner.startMark) return;
  throw new FolderInUseError(
    `Tawkee already runs on ${dataDir} (process ${owner.pid}). Stop it, or start this one with another DATA_DIR.`,
  );
}

/** Undefined when the lock was released meanwhile or a crash left it unreadable: then nobody holds it. */
async function readOwner(file: string): Promise<{ pid: number; startMark: string } | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
