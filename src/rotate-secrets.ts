import { loadConfig } from './config.js';
import { rotateHeaderSecrets } from './intentions/rotate-headers.runner.js';
import { createPool } from './prisma/database.pool.js';
import { startEmbeddedPostgres } from './prisma/embedded-postgres.server.js';
import { lockFolder } from './prisma/folder-lock.server.js';
import { SecretBox } from './secrets/secret-box.service.js';

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
    const { resealed, unreadable } = await rotateHeaderSecrets(pool, box, BATCH);
    console.log(`${resealed} secrets were sealed with the current key.`);
    if (unreadable.length === 0) return 0;
    console.error(
      `${unreadable.length} intentions hold a secret that no configured key opens; write their headers anew:`,
    );
    for (const id of unreadable) console.error(`  ${id}`);
    return 1;
  } finally {
    await pool.end();
    await database.stop();
  }
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
