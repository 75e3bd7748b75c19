import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { request } from './test-app.js';

/** The built server as its own process, so that it can be killed. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private output = '';
  /** `message` of the preloaded module, and `exit`. */
  readonly messages = new EventEmitter().setMaxListeners(0);

  constructor(
    readonly url: string,
    private readonly env: Record<string, string>,
    /** A module to load before the server, which it may talk to. */
    private readonly preload?: string,
  ) {}

  /** Starts it and waits until it is ready. @throws with its output when it ends instead */
  async start(): Promise<void> {
    const before = this.preload ? ['--import', pathToFileURL(this.preload).href] : [];
    const child = spawn(process.execPath, [...before, resolve('dist/src/main.js')], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.env },
      stdio: ['ignore', 'pipe', 'pipe', ...(this.preload ? ['ipc' as const] : [])],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (this.output += data));
    child.on('message', (message) => this.messages.emit('message', message));
    child.on('exit', () => this.messages.emit('exit'));
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${code}:\n${this.output.slice(-4_000)}`);
    });
    ended.catch(() => undefined);
    await Promise.race([ended, this.ready()]);
  }

  /** kill -9: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** SIGTERM; answers the exit code. */
  terminate(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Says something to the preloaded module. */
  tell(message: object): void {
    this.child?.send(message);
  }

  /** Whether it runs. */
  get isAlive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** SIGSTOP, SIGCONT and the like, which do not end it. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** What it printed so far. */
  get printed(): string {
    return this.output;
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = await exit;
    return code as number | null;
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answer = await request(this.url, 'GET', '/health/ready', {}).catch(() => undefined);
      if (answer?.status === 200) return;
      if (Date.now() > deadline) throw new Error(`not ready:\n${this.output.slice(-4_000)}`);
      await new Promise((r) => setTimeout(r, 50));
    }
  }
}
