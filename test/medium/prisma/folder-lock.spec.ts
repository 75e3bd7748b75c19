import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderInUseError, lockFolder } from '../../../src/prisma/folder-lock.server.js';
import { startMark } from '../../../src/prisma/process-table.server.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tawkee-lock-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const leaveLock = (owner: unknown) => writeFileSync(join(dataDir, 'tawkee.3.lock'), JSON.stringify(owner));
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

test('a second owner is refused and told who holds the folder and what to do', async () => {
  const lock = await lockFolder(dataDir);
  const second = lockFolder(dataDir);
  await expect(second).rejects.toThrow(FolderInUseError);
  await expect(second).rejects.toThrow(new RegExp(`process ${process.pid}.*Stop it, or .* DATA_DIR`));
  await lock.release();
});

test('a released folder is free, and nothing is left in it', async () => {
  await (await lockFolder(dataDir)).release();
  expect(readdirSync(dataDir)).toEqual([]);
  await (await lockFolder(dataDir)).release();
});

test("a dead owner's lock is taken over", async () => {
  leaveLock({ pid: deadPid(), startMark: '1' });
  const lock = await lockFolder(dataDir);
  await expect(lockFolder(dataDir)).rejects.toThrow(FolderInUseError);
  await lock.release();
});

test.runIf(process.platform === 'linux')(
  'a live process that only has the number of a dead owner is no owner',
  async () => {
    leaveLock({ pid: process.pid, startMark: `${startMark(process.pid)}0` });
    await (await lockFolder(dataDir)).release();
  },
);

test('a lock that a crash left unreadable is taken over', async () => {
  writeFileSync(join(dataDir, 'tawkee.1.lock'), '');
  await (await lockFolder(dataDir)).release();
});

test('of twenty starters at once over a dead lock, one wins', async () => {
  leaveLock({ pid: deadPid(), startMark: '1' });
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(dataDir)));
  expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(FolderInUseError);
});
