import { timingSafeEqual } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type Body,
  type Call,
  type CheckedSend,
  composeFor,
  GatewayError,
  ROUTES,
  SENDS,
  sendError,
  sendTarget,
} from './gateway-routes.js';
import { type ConnectionState, loadState, StateFile } from './gateway-state.js';
import { GatewayWorld, type LiveInstance, type PhoneIdentity, type QrRound } from './gateway-world.js';
import { closeServer, listen, readBody, sendJson } from './http-json.js';
import {
  ActiveRule,
  concernsRequest,
  concernsSend,
  type Misbehaviour,
  type MisbehaviourHandle,
  type RequestRule,
  type SendAttempt,
  type SendFault,
  type SendRule,
  type WebhookRule,
} from './misbehaviour.js';
import type { Phone } from './phone.js';
import { toJid } from './to-jid.js';
import { waitUntil } from './wait-until.js';
import { type DeliveryCounters, REAL_RETRY, type WebhookRetry, WebhookSender } from './webhook-sender.js';

export type { Phone } from './phone.js';

const SENDS_KEPT = 100_000;

export interface GatewayOptions {
  /** Default: any free one. */
  readonly port?: number;
  readonly host?: string;
  /** The global key. */
  readonly apiKey: string;
  /** Where instances, phones and stored messages survive a restart. */
  readonly stateFile?: string;
  /** Default: as the real gateway, about twenty minutes. */
  readonly webhookRetry?: WebhookRetry;
  /** Between a send and each of its ticks; default 50. */
  readonly ackDelayMs?: number;
  /** Ticks after a send; default SERVER_ACK, DELIVERY_ACK, READ. Empty: none. */
  readonly acks?: readonly string[];
  /** False: `sends` stays empty (load tests listen to `onSend`). */
  readonly record?: boolean;
  readonly log?: (line: string) => void;
}

/** One send, accepted or not. */
export interface SendRecord {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly instance: string;
  readonly number: string;
  readonly remoteJid: string;
  /** The message type: conversation, imageMessage, … */
  readonly type: string;
  readonly text: string;
  /** "sent" means that the customer has it, whatever the caller was told. */
  readonly outcome: 'sent' | 'refused';
  /** What the caller was told; null: nothing. */
  readonly status: number | null;
  readonly fault?: SendFault;
  readonly keyId?: string;
}

/** What is known of an instance. */
export interface InstanceView {
  readonly name: string;
  readonly id: string;
  readonly state: ConnectionState;
  readonly ownerJid: string | null;
  readonly profileName: string | null;
  readonly qr: QrRound | null;
  readonly webhookUrl: string | null;
  readonly phones: readonly Phone[];
}

/** A stand-in for Evolution API 2.3.6 with the phones around it. */
export class EvolutionGateway {
  /** Every send in order (the newest 100,000). */
  readonly sends: SendRecord[] = [];
  private readonly world: GatewayWorld;
  private readonly sender: WebhookSender;
  private readonly state: StateFile;
  private readonly server: Server;
  private readonly sendRules = new Set<ActiveRule<SendRule>>();
  private readonly requestRules = new Set<ActiveRule<RequestRule>>();
  private readonly events = new EventEmitter().setMaxListeners(0);
  private seq = 0;
  private base = '';

  /** Use startEvolutionGateway. */
  constructor(private readonly options: GatewayOptions) {
    const log = options.log ?? (() => {});
    this.sender = new WebhookSender(options.webhookRetry ?? REAL_RETRY, log);
    const holder: { current: StateFile | undefined } = { current: undefined };
    this.world = new GatewayWorld(
      this.sender,
      {
        serverUrl: () => this.base,
        ackDelayMs: options.ackDelayMs ?? 50,
        acks: options.acks ?? ['SERVER_ACK', 'DELIVERY_ACK', 'READ'],
      },
      holder,
    );
    this.state = new StateFile(options.stateFile, () => [...this.world.instances.values()].map((i) => i.record), log);
    holder.current = this.state;
    this.server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => void this.answer(req, res));
  }

  /** @internal */
  async start(): Promise<this> {
    this.base = await listen(this.server, this.options.port ?? 0, this.options.host ?? '127.0.0.1');
    if (this.options.stateFile) this.world.restore(loadState(this.options.stateFile, this.options.log ?? (() => {})));
    return this;
  }

  /** The base URL, without a slash at its end. */
  get url(): string {
    return this.base;
  }

  /** Cuts every connection, forgets pending webhooks (as a real restart does) and writes the state. */
  async close(): Promise<void> {
    this.world.stop();
    await Promise.all([closeServer(this.server), this.sender.close()]);
    await this.state.flush();
  }

  /** Counters of webhook attempts since the start. */
  get webhookDeliveries(): Readonly<DeliveryCounters> {
    return this.sender.counters;
  }

  /** False: messages are not stored, as with DATABASE_SAVE_DATA_NEW_MESSAGE=false. */
  get storeMessages(): boolean {
    return this.world.storeMessages;
  }
  set storeMessages(on: boolean) {
    this.world.storeMessages = on;
  }

  instances(): InstanceView[] {
    return [...this.world.instances.values()].map(view);
  }

  /** The instance of that name, or undefined. */
  instance(name: string): InstanceView | undefined {
    const live = this.world.instances.get(name);
    return live && view(live);
  }

  /** As if the owner scanned the QR. The state is open at once; resolves when the open event's first attempt has ended. */
  scan(instanceName: string, owner: { number: string; name?: string }): Promise<void> {
    return this.world.scan(this.world.get(instanceName), owner);
  }

  /**
   * Breaks the link. 401, 402, 403 and 406 are final and told as close; any other reason is transient: it only shows as
   * connecting, until `reconnect`.
   */
  disconnect(instanceName: string, reason = 401): Promise<void> {
    return this.world.disconnect(this.world.get(instanceName), reason);
  }

  /** The link comes back, with what customers wrote meanwhile. */
  reconnect(instanceName: string): Promise<void> {
    return this.world.reconnect(this.world.get(instanceName));
  }

  /** The customer's phone of that number, as this instance sees it; made on first use. */
  phone(instanceName: string, who: PhoneIdentity): Phone {
    return this.world.phone(this.world.get(instanceName), who);
  }

  /** The phone of that number, if this instance has met it. */
  phoneOf(instanceName: string, number: string): Phone | undefined {
    return this.world.instances.get(instanceName)?.phones.get(toJid(number));
  }

  /** A person types on the shop's own phone; returns the key id. */
  ownerSays(instanceName: string, number: string, text: string): string {
    const live = this.world.get(instanceName);
    return this.world.ownerSays(live, this.world.phone(live, { number }), text);
  }

  /** Starts a misbehaviour; of several that fit one send, event or request, the first started strikes. */
  misbehave(rule: Misbehaviour): MisbehaviourHandle {
    if (rule.on === 'request') return enlist(this.requestRules, rule);
    if (rule.on !== 'webhook') return enlist(this.sendRules, rule);
    return enlist<WebhookRule>(this.sender.rules, rule, (active) => this.sender.release(active));
  }

  /** Called for each send once its fate is known; returns the way to unsubscribe. */
  onSend(listener: (send: SendRecord) => void): () => void {
    this.events.on('send', listener);
    return () => this.events.off('send', listener);
  }

  /** The first send (past or future) that fits. */
  waitForSend(predicate: (send: SendRecord) => boolean, timeoutMs = 10_000): Promise<SendRecord> {
    const seen = () => `a send; ${this.sends.length} so far`;
    return waitUntil(this.events, 'send', () => this.sends.find(predicate), timeoutMs, seen);
  }

  /** The sends so far, once there are `n`. */
  waitForSends(n: number, timeoutMs = 10_000): Promise<SendRecord[]> {
    const enough = () => this.sends.length >= n && [...this.sends];
    return waitUntil(this.events, 'send', enough, timeoutMs, () => `${n} sends; ${this.sends.length} so far`);
  }

  /** The instance once it fits (exists, is open, …); looked at after every change. */
  waitForInstance(
    name: string,
    fits: (i: InstanceView) => boolean = () => true,
    timeoutMs = 10_000,
  ): Promise<InstanceView> {
    const look = () => {
      const found = this.instance(name);
      return found && fits(found) ? found : undefined;
    };
    return waitUntil(this.world.changes, 'change', look, timeoutMs, () => `instance ${name}`);
  }

  /** Resolves once no event waits, travels or awaits a retry. */
  webhooksIdle(timeoutMs = 10_000): Promise<void> {
    return this.sender.idle(timeoutMs);
  }

  // ---- HTTP ----------------------------------------------------------------------------------------------------------

  private async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      await this.route(req, res);
    } catch (error) {
      if (error instanceof GatewayError) sendError(res, error.status, error.reply);
      else sendError(res, 500, error instanceof Error ? error.message : String(error));
    }
  }

  private async route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const method = req.method ?? 'GET';
    const target = req.url ?? '/';
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    const spoilt = this.requestRules.size > 0 ? this.strike(`${method} ${path}`) : undefined;
    if (spoilt && (await this.spoil(spoilt, res))) return;
    const body = parseBody(await readBody(req));
    if (method === 'GET' && path === '/') return sendJson(res, 200, WELCOME);

    const [, controller, action, name, ...rest] = path.split('/');
    const route = rest.length > 0 ? undefined : ROUTES[`${method} /${controller}/${action}`];
    const isSend = rest.length === 0 && method === 'POST' && controller === 'message';
    const readSend = isSend && Object.hasOwn(SENDS, action ?? '') ? SENDS[action!] : undefined;
    if ((!route && !readSend) || (route?.instance ?? true) !== (name !== undefined && name !== '')) {
      throw new GatewayError(404, [`Cannot ${method} ${path}`]);
    }
    const call = this.guard(
      req,
      res,
      body,
      name === undefined ? undefined : decodeName(name),
      route === ROUTES['POST /instance/create'],
      target.slice(mark < 0 ? target.length : mark),
    );
    if (readSend) return this.send(call, readSend(call.body));
    const answer = await route!.handle(call);
    if (spoilt?.rule.fault === 'reset-after') res.destroy();
    else if (spoilt?.rule.fault === 'no-code') sendJson(res, route!.status, withoutCode(answer));
    else if (answer !== undefined) sendJson(res, route!.status, answer);
  }

  /** The real order: the instance exists (or the new name is free), and only then the key. */
  private guard(
    req: IncomingMessage,
    res: ServerResponse,
    body: Body,
    name: string | undefined,
    creates: boolean,
    search: string,
  ): Call {
    const live = name === undefined ? undefined : this.world.instances.get(name);
    if (name !== undefined && !live) throw new GatewayError(404, [`The "${name}" instance does not exist`]);
    if (creates) {
      const wanted = body['instanceName'];
      if (wanted === undefined || wanted === '' || this.world.instances.has(String(wanted))) {
        throw new GatewayError(403, [`This name "${String(wanted)}" is already in use.`]);
      }
    }
    const key = String(req.headers['apikey'] ?? '');
    const isGlobalKey = equal(key, this.options.apiKey);
    const isInstanceKey = () =>
      live
        ? equal(key, live.record.token)
        : !creates && [...this.world.instances.values()].some((i) => equal(key, i.record.token));
    if (!isGlobalKey && (key === '' || !isInstanceKey())) throw new GatewayError(401, 'Unauthorized');
    // Routes without an instance in their path never look at `live`.
    return {
      world: this.world,
      body,
      query: new URLSearchParams(search),
      live: live as LiveInstance,
      isGlobalKey,
      key,
      res,
    };
  }

  private strike(line: string): ActiveRule<RequestRule> | undefined {
    for (const active of this.requestRules) {
      if (!concernsRequest(active.rule, line)) continue;
      active.strike();
      return active;
    }
    return undefined;
  }

  /** True when the request ends here. */
  private async spoil({ rule }: ActiveRule<RequestRule>, res: ServerResponse): Promise<boolean> {
    if (rule.fault === 'error') sendError(res, rule.status ?? 500, rule.message ?? 'Internal Server Error');
    if (rule.fault === 'reset') res.destroy();
    if (rule.fault === 'reset-after' || rule.fault === 'no-code') return false;
    if (rule.fault !== 'delay') return true;
    await new Promise<void>((resolve) => this.world.later(rule.ms ?? 1_000, resolve));
    return false;
  }

  // ---- sending -------------------------------------------------------------------------------------------------------

  private async send(call: Call, { number, delayMs, out }: CheckedSend): Promise<void> {
    const { text, messageType: type } = out;
    const instance = call.live.record.name;
    let target: { phone: Phone; remoteJid: string };
    try {
      target = sendTarget(call, number);
    } catch (error) {
      const status = error instanceof GatewayError ? error.status : 500;
      this.note({ instance, number, remoteJid: '', type, text, outcome: 'refused', status });
      throw error;
    }
    const attempt = { instance, number, remoteJid: target.remoteJid, type, text };
    const active = this.strikingSendRule(attempt);
    const rule = active?.rule;
    const fault = rule?.fault;
    const status = rule?.status ?? 500;
    if (fault === 'delay') await new Promise<void>((resolve) => this.world.later(rule?.ms ?? 1_000, resolve));

    if (fault === 'error-before' || fault === 'bad-request-before') {
      const told = fault === 'error-before' ? status : 400;
      this.note({ ...attempt, outcome: 'refused', status: told, fault });
      return failSend(call, told, rule?.message ?? 'Connection Closed');
    }
    if (fault === 'hang-before' || fault === 'reset-before') {
      this.note({ ...attempt, outcome: 'refused', status: null, fault });
      if (fault === 'reset-before') call.res.destroy();
      return;
    }
    // The typing delay is inside the request, and a client that gives up does not stop the send.
    if (delayMs > 0)
      await composeFor(this.world, target.phone, type === 'audioMessage' ? 'recording' : 'composing', delayMs);

    const { frame, echoed } = this.world.deliver(call.live, target.phone, target.remoteJid, out);
    if (fault === 'double') this.world.deliver(call.live, target.phone, target.remoteJid, out);
    const failed = fault === 'error-after' ? status : fault === 'bad-request-after' ? 400 : undefined;
    const silent = fault === 'hang-after' || fault === 'reset-after';
    this.note({
      ...attempt,
      outcome: 'sent',
      status: silent ? null : (failed ?? 201),
      keyId: frame.key.id,
      ...(fault ? { fault } : {}),
    });
    if (fault === 'echo-first') await echoed;
    if (fault === 'reset-after') call.res.destroy();
    if (silent) return;
    if (failed) return failSend(call, failed, rule?.message ?? 'Timed Out');
    sendJson(call.res, 201, frame);
  }

  private strikingSendRule(attempt: SendAttempt) {
    for (const active of this.sendRules) {
      if (!concernsSend(active.rule, attempt)) continue;
      active.strike();
      return active;
    }
    return undefined;
  }

  private note(send: Omit<SendRecord, 'seq' | 'at'>): void {
    const record: SendRecord = { seq: ++this.seq, at: Date.now(), ...send };
    if (this.options.record !== false) {
      this.sends.push(record);
      if (this.sends.length > SENDS_KEPT * 1.1) this.sends.splice(0, this.sends.length - SENDS_KEPT);
    }
    this.events.emit('send', record);
  }
}

/** Starts the stand-in gateway; `close()` it. @throws when the port is taken */
export function startEvolutionGateway(options: GatewayOptions): Promise<EvolutionGateway> {
  return new EvolutionGateway(options).start();
}

const WELCOME = {
  status: 200,
  message: 'Welcome to the Evolution API, it is working!',
  version: '2.3.6',
  clientName: 'simulator',
  documentation: 'https://doc.evolution-api.com',
  whatsappWebVersion: '2.3000.0',
};

/** A failure inside the send: 400 carries the error as a text in a list, 5xx as a bare string. */
/** What create and connect answer when the first code took longer than they wait. */
function withoutCode(answer: unknown): object {
  const body = answer as object;
  return 'qrcode' in body ? { ...body, qrcode: { count: 0 } } : { pairingCode: null, count: 0 };
}

function failSend(call: Call, status: number, message: string): void {
  sendError(call.res, status, status === 400 ? [`Error: ${message}`] : message);
}

/** An empty body is an empty object; broken JSON is a 400 before any guard. */
function parseBody(raw: Buffer): Body {
  if (raw.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(raw.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Body) : {};
  } catch (error) {
    throw new GatewayError(400, error instanceof Error ? error.message : 'Unexpected token');
  }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function enlist<R extends Misbehaviour>(
  rules: Set<ActiveRule<R>>,
  rule: R,
  onStop: (active: ActiveRule<R>) => void = () => {},
): MisbehaviourHandle {
  const active = new ActiveRule<R>(rule, (self) => {
    rules.delete(self);
    onStop(self);
  });
  rules.add(active);
  return active;
}

function view(live: LiveInstance): InstanceView {
  const { name, id, state, ownerJid, profileName, webhook } = live.record;
  const phones = [...new Set(live.phones.values())];
  return { name, id, state, ownerJid, profileName, qr: live.qr, webhookUrl: webhook?.url ?? null, phones };
}
