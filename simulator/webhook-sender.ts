import { createHmac } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Agent } from 'undici';
import { type ActiveRule, concernsEvent, type WebhookRule } from './misbehaviour.js';
import { seededRandom, shuffled } from './seeded-random.js';
import { waitUntil } from './wait-until.js';

/** Ten attempts, 5 s doubling to 300 s, 20 % jitter: about twenty minutes, in memory only, as in Evolution API 2.3.6. */
export const REAL_RETRY: WebhookRetry = { firstDelayMs: 5_000, maxDelayMs: 300_000, attempts: 10 };
const JITTER = 0.2;
const FINAL_STATUSES = new Set([400, 401, 403, 404, 422]);
const REQUEST_TIMEOUT_MS = 30_000;
// A cold jump with hundreds of sockets fails on small machines; the rest waits in the pool's queue.
const CONNECTIONS_PER_HOST = 64;

export interface WebhookRetry {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  readonly attempts: number;
}

/** One event on its way to one webhook. */
export interface Delivery {
  readonly instance: string;
  readonly event: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Counters of attempts (not events). `byStatus` has "error" for attempts without an answer. */
export interface DeliveryCounters {
  attempts: number;
  ok: number;
  byStatus: Record<string, number>;
  givenUp: number;
}

/** Posts events, each on its own with its own retries; nothing survives a restart, as with the real gateway. */
export class WebhookSender {
  readonly counters: DeliveryCounters = { attempts: 0, ok: 0, byStatus: {}, givenUp: 0 };
  readonly rules = new Set<ActiveRule<WebhookRule>>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly agent = new Agent({
    connections: CONNECTIONS_PER_HOST,
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
    connectTimeout: REQUEST_TIMEOUT_MS,
  });
  private readonly timers = new Map<NodeJS.Timeout, () => void>();
  private readonly held = new Map<
    ActiveRule<WebhookRule>,
    { waiting: (() => Promise<void>)[]; timer: NodeJS.Timeout }
  >();
  private readonly random = seededRandom(20);
  private pending = 0;
  private closed = false;

  constructor(
    private readonly retry: WebhookRetry,
    private readonly log: (line: string) => void,
  ) {}

  /** Sends one event; resolves when its first attempt has ended (never rejects). `whenFinal` tells of its last attempt. */
  send(delivery: Delivery, whenFinal?: () => void): Promise<void> {
    const rule = this.strikingRule(delivery);
    const once = () => this.deliver(delivery, whenFinal);
    if (!rule) return once();
    const { fault, ms = 200, copies = 1 } = rule.rule;
    if (fault === 'drop' || fault === 'drop-echo') {
      whenFinal?.();
      return Promise.resolve();
    }
    if (fault === 'duplicate') {
      for (let i = 0; i < copies; i++) void this.deliver(delivery);
      return once();
    }
    if (fault === 'reorder') return this.hold(rule, once);
    // Counted across the whole wait, so that nobody sees "idle" between its end and the delivery.
    this.settle(1);
    return this.after(ms).then(() => {
      const delivered = once();
      this.settle(-1);
      return delivered;
    });
  }

  /** Resolves once no event waits, travels or awaits a retry. */
  async idle(timeoutMs: number): Promise<void> {
    await waitUntil(
      this.changes,
      'change',
      () => this.pending === 0,
      timeoutMs,
      () => `${this.pending} webhooks pending`,
    );
  }

  /** Sends at once what a stopped reorder rule still holds. */
  release(rule: ActiveRule<WebhookRule>): void {
    const held = this.held.get(rule);
    if (!held) return;
    this.held.delete(rule);
    clearTimeout(held.timer);
    void this.inTurn(shuffled(held.waiting, rule.random));
  }

  /** Drops everything pending and closes the connections. */
  async close(): Promise<void> {
    this.closed = true;
    for (const [timer, wake] of this.timers) {
      clearTimeout(timer);
      wake();
    }
    this.timers.clear();
    for (const { timer } of this.held.values()) clearTimeout(timer);
    this.held.clear();
    await this.agent.destroy();
  }

  private strikingRule(delivery: Delivery): ActiveRule<WebhookRule> | undefined {
    for (const active of this.rules) {
      if (!concernsEvent(active.rule, delivery.instance, delivery.event)) continue;
      if (active.rule.fault === 'drop' && active.random() >= (active.rule.probability ?? 1)) continue;
      active.strike();
      return active;
    }
    return undefined;
  }

  private hold(rule: ActiveRule<WebhookRule>, once: () => Promise<void>): Promise<void> {
    return new Promise<void>((resolve) => {
      this.settle(1);
      const run = () => {
        const delivered = once().then(resolve);
        this.settle(-1);
        return delivered;
      };
      const held = this.held.get(rule) ?? {
        waiting: [],
        timer: setTimeout(() => this.release(rule), rule.rule.ms ?? 200),
      };
      this.held.set(rule, held);
      held.waiting.push(run);
      if (held.waiting.length >= (rule.rule.window ?? 5)) this.release(rule);
    });
  }

  private async inTurn(tasks: readonly (() => Promise<void>)[]): Promise<void> {
    for (const task of tasks) await task();
  }

  private deliver(delivery: Delivery, whenFinal?: () => void): Promise<void> {
    const headers = signedHeaders(delivery.headers);
    this.settle(1);
    return new Promise<void>((firstDone) => {
      void this.attemptAll(delivery, headers, firstDone).finally(() => {
        this.settle(-1);
        whenFinal?.();
      });
    });
  }

  private async attemptAll(delivery: Delivery, headers: Record<string, string>, firstDone: () => void): Promise<void> {
    let delay = this.retry.firstDelayMs;
    for (let attempt = 1; !this.closed; attempt++) {
      const status = await this.attempt(delivery, headers);
      firstDone();
      if (status >= 200 && status < 300) {
        this.counters.ok++;
        return;
      }
      if (this.closed) return;
      if (FINAL_STATUSES.has(status) || attempt >= this.retry.attempts) {
        this.counters.givenUp++;
        this.log(
          `gave up ${delivery.event} of ${delivery.instance} after ${attempt} attempts (${status || 'no answer'})`,
        );
        return;
      }
      await this.after(delay * (1 + JITTER * (2 * this.random() - 1)));
      delay = Math.min(delay * 2, this.retry.maxDelayMs);
    }
    firstDone();
  }

  /** The status, or 0 when nobody answered. */
  private async attempt(delivery: Delivery, headers: Record<string, string>): Promise<number> {
    this.counters.attempts++;
    let status = 0;
    try {
      const url = new URL(delivery.url);
      const answer = await this.agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers,
        body: delivery.body,
      });
      status = answer.statusCode;
      await answer.body.dump();
    } catch {
      // Refused, reset, timed out or not a URL: all the same to the sender, who tries again.
    }
    const key = status ? String(status) : 'error';
    this.counters.byStatus[key] = (this.counters.byStatus[key] ?? 0) + 1;
    return status;
  }

  private after(ms: number): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.settle(1);
    return new Promise<void>((resolve) => {
      const wake = () => {
        this.timers.delete(timer);
        this.settle(-1);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      timer.unref();
      this.timers.set(timer, wake);
    });
  }

  private settle(by: number): void {
    this.pending += by;
    if (this.pending === 0) this.changes.emit('change');
  }
}

/** `jwt_key` becomes a bearer token made once per event: its ten minutes are shorter than the retries last. */
function signedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = { 'content-type': 'application/json', 'user-agent': 'axios/1.12.2' };
  for (const [name, value] of Object.entries(headers)) if (name !== 'jwt_key') out[name.toLowerCase()] = value;
  if (headers['jwt_key'] !== undefined) out['authorization'] = `Bearer ${hookToken(headers['jwt_key'])}`;
  return out;
}

function hookToken(secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const unsigned = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iat, exp: iat + 600, app: 'evolution', action: 'webhook' })}`;
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
}
