import type { AskedCall, ThinkMessage } from '../openai/think-message.js';
import type { Effect } from './tool.js';

/** A row of turn_steps. */
export interface Step {
  readonly n: number;
  readonly kind: 'MODEL' | 'TOOL';
  readonly name: string;
  readonly state: 'STARTED' | 'DONE' | 'FAILED' | 'UNKNOWN';
  readonly request: unknown;
  readonly result: unknown;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** What came of a call. */
export interface StepEnd {
  readonly n: number;
  readonly state: 'DONE' | 'FAILED' | 'UNKNOWN';
  readonly result: unknown;
  readonly inputTokens?: number | null;
  readonly outputTokens?: number | null;
}

/** What a model step keeps. `correction`: the answer was sent back with these words. */
export interface ModelResult {
  readonly text: string;
  readonly toolCalls: readonly AskedCall[];
  readonly finish: string;
  readonly servedModel: string;
  readonly requestId: string | null;
  readonly correction?: string;
}

/** What a tool step keeps: the call it answers, and what the model read. */
export interface ToolRequest {
  readonly callId: string;
  readonly arguments: Readonly<Record<string, unknown>> | null;
}
export interface ToolResult {
  readonly value: Readonly<Record<string, unknown>>;
  readonly effect?: Effect;
}

/** Where a turn stands, by its journal. */
export interface Standing {
  /** What the model said and learnt in this turn so far, to be put behind the prompt. */
  readonly messages: readonly ThinkMessage[];
  /** Calls the model asked for that have no outcome yet, in order. */
  readonly open: readonly AskedCall[];
  /** The last call's row if it was begun and never ended: its worker died, or is about to find its fence moved. */
  readonly begun: Step | undefined;
  /** What the settlement shall do; at most one of these in a turn. */
  readonly effect: Effect | undefined;
  /** The number of the next step. */
  readonly next: number;
  readonly modelCalls: number;
  readonly tokens: number;
  readonly wasCorrected: boolean;
}

/** How often one call, name and arguments alike, is made in a turn. */
export const MOST_REPEATS = 3;

/**
 * Reads a turn's journal. What is DONE was done and is replayed, never repeated; model steps that are not DONE count for
 * nothing (their answer was lost, or newer words made it void).
 */
export function readJournal(steps: readonly Step[]): Standing {
  const messages: ThinkMessage[] = [];
  let open: AskedCall[] = [];
  let effect: Effect | undefined;
  let modelCalls = 0;
  let tokens = 0;
  let wasCorrected = false;
  for (const step of steps) {
    tokens += (step.inputTokens ?? 0) + (step.outputTokens ?? 0);
    if (step.kind === 'MODEL') {
      if (step.state !== 'DONE') continue;
      const { text, toolCalls, correction } = step.result as ModelResult;
      modelCalls++;
      open = [...toolCalls];
      messages.push({ role: 'assistant', text, toolCalls });
      if (correction !== undefined) {
        wasCorrected = true;
        messages.push({ role: 'user', text: correction });
      }
    } else if (step.state !== 'STARTED') {
      const { callId } = step.request as ToolRequest;
      const result = step.result as ToolResult;
      open = open.filter((call) => call.id !== callId);
      effect ??= result.effect;
      messages.push({ role: 'tool', callId, name: step.name, result: result.value });
    }
  }
  const last = steps.at(-1);
  return {
    messages,
    open,
    begun: last?.state === 'STARTED' && last.kind === 'TOOL' ? last : undefined,
    effect,
    next: last?.state === 'STARTED' ? last.n : (last?.n ?? 0) + 1,
    modelCalls,
    tokens,
    wasCorrected,
  };
}

/** How often this very call was made in the turn. */
export function countRepeats(steps: readonly Step[], call: AskedCall): number {
  const key = JSON.stringify(call.arguments);
  return steps.filter(
    (step) =>
      step.kind === 'TOOL' &&
      step.state !== 'STARTED' &&
      step.name === call.name &&
      JSON.stringify((step.request as ToolRequest).arguments) === key,
  ).length;
}
