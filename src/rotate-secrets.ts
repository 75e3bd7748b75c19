import { loadConfig } from './config.js';
import { rotateHeaderSecrets } from './intentions/rotate-headers.runner.js';
import { createPool } from './prisma/database.pool.js';
import { startEmbeddedPostgres } from './prisma/embedded-postgres.server.js';
import { lockFolder } from './prisma/folder-lock.server.js';
import { SecretBox } from './secrets/secret-box.service.js';
import { rotateHookSecrets } from './workspaces/rotate-hook-secrets.runner.js';

const BATCH = 200;

/** Seals all stored secrets with SECRETS_KEY. Answers the exit code: 1 when one could not be opened, by any key given. */
export async function rotateSecrets(): Promise<number> {
  const config = loadConfig();
  const box = new SecretBox(config);
  const database = config.databaseUrl
    ? { url: config.databaseUrl, stop: async () => undefined }
    : await embedded(config);
  const pool = createPool(database.url, 2);
  try {
    const headers = await rotateHeaderSecrets(pool, box, BATCH);
    const hooks = await rotateHookSecrets(pool, box, BATCH);
    console.log(`${headers.resealed + hooks.resealed} secrets were sealed with the current key.`);
    complain(headers.unreadable, 'intentions hold a secret that no configured key opens; write their headers anew:');
    complain(hooks.unreadable, 'workspaces have a hook secret that no configured key opens; rotate it:');
    return headers.unreadable.length + hooks.unreadable.length === 0 ? 0 : 1;
  } finally {
    await pool.end();
    await database.stop();
  }
}

function complain(ids: readonly string[], problem: string): void {
  if (ids.length === 0) return;
  console.error(`${ids.length} ${problem}`);
  for (const id of ids) console.error(`  ${id}`);
}

/** The database in the data folder, which this process alone may use meanwhile: stop the application first. */
async function embedded({ dataDir }: { dataDir: string }) {
  const lock = await lockFolder(dataDir);
  const postgres = await startEmbeddedPostgres({ dataDir, log: (line) => console.log(line) });
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      await lock.release();
    },
  };
}
