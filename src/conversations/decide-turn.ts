import { containsWords } from './plain-words.js';
import { wantsPerson } from './wants-person.js';

/** What a turn is decided on. */
export interface TurnFacts {
  readonly workspaceState: WorkspaceState;
  readonly agentActive: boolean;
  readonly humanTalk: boolean;
  readonly turnEpoch: number;
  readonly chatEpoch: number;
  /** The texts the turn answers, in the customer's order, each with its age when it reached us. */
  readonly inbound: readonly { readonly text: string; readonly ageMs: number }[];
  /** False for what the agent says of its own accord: then nothing has to be there to answer. */
  readonly isAnswer: boolean;
  readonly staleAfterMs: number;
  readonly answerStale: boolean;
  readonly enabledHumanTransfer: boolean;
  /** The channel's settings. */
  readonly answersPrivate: boolean;
  /** Why not in this group; null in a private chat, or where the agent takes part. */
  readonly groupSilence: 'group_ignored' | 'not_addressed' | null;
  readonly startTrigger: string | null;
  readonly endTrigger: string | null;
  /** The start trigger was said before. */
  readonly triggered: boolean;
  /** The chat is silenced until later. */
  readonly isHushed: boolean;
  /** Another machine writes: see judgeLoop. */
  readonly isLoop: boolean;
  /** Null: no limit. */
  readonly maxDailyMessages: number | null;
  readonly repliesToday: number;
  readonly limitAction: string | null;
}

export type WorkspaceState = 'active' | 'suspended' | 'deleted';

/** Why a turn stays silent; shown to people, so silence always has a reason. */
export type SkipReason =
  | 'agent_off'
  | 'human'
  | 'nothing_to_answer'
  | 'workspace_suspended'
  | 'workspace_deleted'
  | 'stale'
  | 'private_off'
  | 'group_ignored'
  | 'not_addressed'
  | 'not_triggered'
  | 'end_trigger'
  | 'daily_limit'
  | 'loop_guard'
  | 'wants_person';

/** Until when the daily limit silences a chat: for so many seconds, or until the business's next day. */
export type Hush = number | 'tomorrow';

/**
 * Who goes on. `answer`: the agent; `skip`: nobody, and with `hush` not for a while; `hand_over`: a person; `finish`: the
 * customer has ended the service.
 */
export type Decision =
  | { readonly kind: 'answer' }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly hush?: Hush }
  | { readonly kind: 'hand_over'; readonly reason: SkipReason }
  | { readonly kind: 'finish'; readonly reason: 'end_trigger' };

const BLOCK_SECONDS: Readonly<Record<string, number>> = {
  TEMP_BLOCK_30S: 30,
  TEMP_BLOCK_5M: 300,
  TEMP_BLOCK_10M: 600,
  TEMP_BLOCK_30M: 1_800,
  TEMP_BLOCK_1H: 3_600,
};

/** Decides who answers this turn, or why nobody does. What stands first wins. */
export function decideTurn(facts: TurnFacts): Decision {
  if (facts.workspaceState !== 'active') return skip(`workspace_${facts.workspaceState}`);
  if (facts.humanTalk || facts.chatEpoch !== facts.turnEpoch) return skip('human');
  if (!facts.agentActive) return skip('agent_off');
  if (facts.isAnswer) {
    const decided = decideAnswer(facts);
    if (decided) return decided;
  }
  if (facts.isHushed) return skip('daily_limit');
  if (facts.maxDailyMessages !== null && facts.repliesToday >= facts.maxDailyMessages)
    return atLimit(facts.limitAction);
  return { kind: 'answer' };
}

/** What the customer's own words decide. */
function decideAnswer(facts: TurnFacts): Decision | undefined {
  const { inbound } = facts;
  if (inbound.length === 0) return skip('nothing_to_answer');
  if (!facts.answersPrivate) return skip('private_off');
  if (facts.groupSilence) return skip(facts.groupSilence);
  const isFresh = inbound.some(({ ageMs }) => ageMs <= facts.staleAfterMs);
  if (!isFresh && !facts.answerStale) return skip('stale');
  if (inbound.some(({ text }) => containsWords(text, facts.endTrigger)))
    return { kind: 'finish', reason: 'end_trigger' };
  if (!facts.triggered && !hearsTrigger(facts)) return skip('not_triggered');
  if (facts.enabledHumanTransfer && inbound.some(({ text }) => wantsPerson(text)))
    return { kind: 'hand_over', reason: 'wants_person' };
  return facts.isLoop ? { kind: 'hand_over', reason: 'loop_guard' } : undefined;
}

/** Whether the agent may speak as far as the start trigger goes: there is none, or one of these messages says it. */
export function hearsTrigger({ startTrigger, inbound }: Pick<TurnFacts, 'startTrigger' | 'inbound'>): boolean {
  return !startTrigger?.trim() || inbound.some(({ text }) => containsWords(text, startTrigger));
}

/** Nobody's choice is BLOCK. */
function atLimit(action: string | null): Decision {
  if (action === 'TRANSFER') return { kind: 'hand_over', reason: 'daily_limit' };
  return { ...skip('daily_limit'), hush: BLOCK_SECONDS[action ?? 'BLOCK'] ?? 'tomorrow' };
}

const skip = (reason: SkipReason) => ({ kind: 'skip' as const, reason });
