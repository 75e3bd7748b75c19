import type { TimerKind } from '../interactions/timers.queries.js';

/** The state of the world when a timer falls due. */
export interface TimerFacts {
  readonly kind: TimerKind;
  readonly key: string;
  /** The interaction it was set in is the one that is open. */
  readonly isSameInteraction: boolean;
  readonly humanTalk: boolean;
  readonly customerSpokeLast: boolean;
  readonly isAnswering: boolean;
  readonly hasInstructions: boolean;
}

/** What a timer does now; `wait` puts it off, `cancel` says why nothing came of it. */
export type TimerDecision =
  | { readonly do: 'begin_silence' | 'speak' | 'finish' | 'give_back' | 'wait' }
  | { readonly do: 'cancel'; readonly reason: string };

/** The timer that the last part of an answer sets: a silence may have begun. */
export const SILENCE_KEY = 'idle:begin';

/** Decides what a due timer does. Silence is over once the customer wrote or a person has the chat. */
export function decideTimer(facts: TimerFacts): TimerDecision {
  if (facts.kind === 'GIVE_BACK') {
    return facts.humanTalk ? { do: 'give_back' } : { do: 'cancel', reason: 'already_given_back' };
  }
  if (facts.kind === 'REMINDER') return { do: 'speak' };
  if (facts.humanTalk) return { do: 'cancel', reason: 'human' };
  if (facts.customerSpokeLast) return { do: 'cancel', reason: 'customer_wrote' };
  if (!facts.isSameInteraction) return { do: 'cancel', reason: 'resolved' };
  // What is being said is said to the end; then the silence goes on.
  if (facts.isAnswering) return { do: 'wait' };
  if (facts.key === SILENCE_KEY) return { do: 'begin_silence' };
  if (facts.kind === 'IDLE_FINISH') return { do: 'finish' };
  return facts.hasInstructions ? { do: 'speak' } : { do: 'cancel', reason: 'nothing_to_say' };
}
