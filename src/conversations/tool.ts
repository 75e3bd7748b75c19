import type { ToolOffer } from '../openai/think-message.js';

/**
 * Whether a call may be made again after a crash between its beginning and its end. `repeatable`: it reads, or its own key
 * (turn and step) makes a second time the first. `once`: nobody knows whether it happened, and the model is told so.
 */
export type ToolKind = 'repeatable' | 'once';

/** What a turn does to its chat when it is settled: in the transaction of its reply, or not at all. */
export type Effect =
  | { readonly kind: 'HUMAN'; readonly userId: string | null; readonly reason: string }
  | {
      readonly kind: 'AGENT';
      readonly agentId: string;
      readonly agentName: string;
      readonly returnOnFinish: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'RESOLVE' };

/** Who calls: every key a tool needs to stay within its tenant and chat, and to do a thing once. */
export interface ToolContext {
  readonly workspaceId: string;
  readonly chatId: string;
  readonly agentId: string;
  readonly turnId: string;
  /** With `turnId` it names this one call: the idempotency key of what it writes. */
  readonly step: number;
}

/** What came of a call: `value` is what the model reads. */
export interface ToolOutcome {
  readonly value: Readonly<Record<string, unknown>>;
  readonly effect?: Effect;
}

/** Something the agent can do. Failing is an outcome: `run` throws only when it may be tried again. */
export interface Tool {
  readonly offer: ToolOffer;
  readonly kind: ToolKind;
  /** The arguments as they may be used, or what is wrong with them. */
  readonly check: (
    args: Readonly<Record<string, unknown>>,
  ) => { readonly problem: string } | { readonly args: unknown };
  readonly run: (context: ToolContext, args: unknown) => Promise<ToolOutcome>;
}
