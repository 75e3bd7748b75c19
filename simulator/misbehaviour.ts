import { seededRandom } from './seeded-random.js';

/** What goes wrong with a send. "before" = the customer gets nothing; "after" = the customer has it already. */
export type SendFault =
  | 'error-before'
  | 'error-after'
  | 'bad-request-before'
  | 'bad-request-after'
  | 'hang-before'
  | 'hang-after'
  | 'reset-before'
  | 'reset-after'
  | 'delay'
  | 'double'
  /** Answers only once the echo's first delivery attempt has ended. */
  | 'echo-first';

export interface SendAttempt {
  readonly instance: string;
  readonly number: string;
  readonly remoteJid: string;
  /** The message type: conversation, imageMessage, … */
  readonly type: string;
  readonly text: string;
}

export interface SendRule {
  /** sendText: texts only; send: files and voice notes as well. */
  readonly on: 'sendText' | 'send';
  readonly fault: SendFault;
  /** How many sends it spoils; default: until stopped. */
  readonly times?: number;
  readonly text?: string | RegExp;
  /** As typed, or as a JID. */
  readonly number?: string;
  readonly instance?: string;
  readonly when?: (send: SendAttempt) => boolean;
  /** Status of the error-* faults; default 500. */
  readonly status?: number;
  /** The error's text. */
  readonly message?: string;
  /** Length of the delay fault. */
  readonly ms?: number;
}

export interface WebhookRule {
  readonly on: 'webhook';
  readonly fault: 'duplicate' | 'reorder' | 'delay' | 'drop' | 'drop-echo' | 'late-echo';
  /** Dotted names ("messages.upsert"); default: all (for the echo faults: send.message). */
  readonly events?: readonly string[];
  readonly instance?: string;
  readonly times?: number;
  /** duplicate: extra copies, default 1. */
  readonly copies?: number;
  /** reorder: events shuffled together, default 5. */
  readonly window?: number;
  /** delay and late-echo: how long; reorder: the longest an event is held (default 200). */
  readonly ms?: number;
  /** drop: share of events, default 1. */
  readonly probability?: number;
  readonly seed?: number;
}

export interface RequestRule {
  readonly on: 'request';
  /** reset-after: the call is carried out, and its answer lost. no-code: create and connect answer before a code is there. */
  readonly fault: 'error' | 'hang' | 'reset' | 'reset-after' | 'delay' | 'no-code';
  /** Beginning of "METHOD /path", as in "POST /instance/create"; or a pattern of it. */
  readonly match: string | RegExp;
  readonly times?: number;
  readonly status?: number;
  readonly message?: string;
  readonly ms?: number;
}

export type Misbehaviour = SendRule | WebhookRule | RequestRule;

/** A running rule: how often it struck, and its end. */
export interface MisbehaviourHandle {
  readonly hits: number;
  stop(): void;
}

/** A rule with its memory: hits left, its own generator, what it holds back. */
export class ActiveRule<R extends Misbehaviour = Misbehaviour> implements MisbehaviourHandle {
  hits = 0;
  readonly random: () => number;
  constructor(
    readonly rule: R,
    private readonly onStop: (self: ActiveRule<R>) => void,
  ) {
    this.random = seededRandom('seed' in rule && rule.seed !== undefined ? rule.seed : 1);
  }

  /** Counts a strike; the last of `times` ends the rule. */
  strike(): void {
    this.hits++;
    if (this.rule.times !== undefined && this.hits >= this.rule.times) this.stop();
  }

  stop(): void {
    this.onStop(this);
  }
}

/** Whether the rule concerns this send. */
export function concernsSend(rule: SendRule, send: SendAttempt): boolean {
  if (rule.on === 'sendText' && send.type !== 'conversation') return false;
  if (rule.instance !== undefined && rule.instance !== send.instance) return false;
  if (rule.number !== undefined && rule.number !== send.number && rule.number !== send.remoteJid) return false;
  if (typeof rule.text === 'string' && !send.text.includes(rule.text)) return false;
  if (rule.text instanceof RegExp && send.text.search(rule.text) < 0) return false;
  return rule.when === undefined || rule.when(send);
}

/** Whether the rule concerns this event. */
export function concernsEvent(rule: WebhookRule, instance: string, event: string): boolean {
  if (rule.instance !== undefined && rule.instance !== instance) return false;
  const echo = rule.fault === 'drop-echo' || rule.fault === 'late-echo';
  const events = rule.events ?? (echo ? ['send.message'] : undefined);
  return events === undefined || events.includes(event);
}

/** Whether the rule concerns this request, given as "METHOD /path". */
export function concernsRequest(rule: RequestRule, line: string): boolean {
  return typeof rule.match === 'string' ? line.startsWith(rule.match) : line.search(rule.match) >= 0;
}
