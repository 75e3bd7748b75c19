import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../../src/prisma/embedded-postgres.server.js';
import { lockFolder } from '../../../src/prisma/folder-lock.server.js';

type Running = Awaited<ReturnType<typeof startEmbeddedPostgres>>;

/** A durable PostgreSQL that can crash. It comes back at another port; `url` leads there through a relay at a fixed one. */
export class CrashingPostgres {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly dataDir: string,
    private readonly lock: { release(): Promise<void> },
    private running: Running,
    private readonly relay: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<CrashingPostgres> {
    const parent = join(tmpdir(), 'tawkee-tests');
    mkdirSync(parent, { recursive: true });
    const dataDir = mkdtempSync(join(parent, 'soak-'));
    // A superuser's PostgreSQL runs as nobody, who must pass through.
    await chmod(dataDir, 0o711);
    const lock = await lockFolder(dataDir);
    const running = await startEmbeddedPostgres({ dataDir });
    const relay = createServer((socket) => postgres.connect(socket));
    const url = new URL(running.url);
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    url.port = String((relay.address() as AddressInfo).port);
    const postgres = new CrashingPostgres(dataDir, lock, running, relay, url.href);
    return postgres;
  }

  /** As `pg_ctl stop -m immediate` and a start: no checkpoint, every session is cut off, recovery from the log. */
  async crash(): Promise<void> {
    const { pid } = this.running;
    process.kill(pid, 'SIGQUIT');
    while (isAlive(pid)) await sleep(20);
    this.running = await startEmbeddedPostgres({ dataDir: this.dataDir });
  }

  async close(): Promise<void> {
    this.relay.close();
    for (const socket of this.sockets) socket.destroy();
    await this.running.stop();
    await this.lock.release();
    await rm(this.running.folder, { recursive: true, force: true });
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private connect(client: Socket): void {
    const server = connect(Number(new URL(this.running.url).port), '127.0.0.1');
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
