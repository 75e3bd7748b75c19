import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Config, ConfigError, loadConfig, type RuntimeConfig } from './config.js';
import { createApp } from './create-app.js';
import { createPool } from './prisma/database.pool.js';
import { startEmbeddedPostgres } from './prisma/embedded-postgres.server.js';
import { lockFolder } from './prisma/folder-lock.server.js';
import { runMigrations } from './prisma/migration.runner.js';
import { startStandIns } from './stand-ins.server.js';
import { welcome } from './welcome.js';

/** What was started, in order; stopped in reverse. */
const started: { readonly name: string; stop(): Promise<unknown> }[] = [];
const SHUTDOWN_MS = 25_000;

async function start(): Promise<void> {
  const config = loadConfig();
  mkdirSync(config.dataDir, { recursive: true });
  const databaseUrl = config.databaseUrl ?? (await startDatabase(config));
  const pool = createPool(databaseUrl, 2);
  await runMigrations(pool).finally(() => pool.end());

  const port = config.port || (await freePort(config.host));
  const standIns = await startStandIns(config);
  started.push({ name: 'stand-ins', stop: () => standIns.close() });
  const runtime: RuntimeConfig = {
    ...config,
    port,
    databaseUrl,
    exclusiveDatabase: config.databaseUrl === undefined,
    publicUrl: config.publicUrl ?? `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`,
    evolution: config.evolution ?? standIns.evolution!,
    openai: standIns.openai ?? config.openai,
    simulated: { gateway: standIns.evolution !== undefined, model: standIns.openai !== undefined },
  };
  const app = await createApp(runtime, standIns.modules);
  started.push({ name: 'application', stop: () => app.close() });
  await app.listen(port, config.host);
  console.log(welcome(runtime));
}

async function startDatabase(config: Config): Promise<string> {
  const lock = await lockFolder(config.dataDir);
  started.push({ name: 'folder lock', stop: () => lock.release() });
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log: (line) => console.log(line) });
  started.push({ name: 'PostgreSQL', stop: () => postgres.stop() });
  return postgres.url;
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, host, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function stop(code: number): Promise<never> {
  const deadline = setTimeout(() => process.exit(code || 1), SHUTDOWN_MS + 10_000);
  deadline.unref();
  for (const part of started.splice(0).reverse()) {
    await part.stop().catch((error: unknown) => console.error(`${part.name} did not stop cleanly:`, error));
  }
  process.exit(code);
}

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    void stop(0);
  });
}

start().catch(async (error: unknown) => {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'EADDRINUSE') console.error('The port is in use. Stop what uses it, or set PORT to another one.');
  else console.error(error instanceof ConfigError || error instanceof Error ? error.message : error);
  if (error instanceof Error && process.env['LOG_LEVEL'] === 'debug') console.error(error.stack);
  await stop(1);
});
