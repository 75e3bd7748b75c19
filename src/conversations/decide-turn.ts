/** What a turn is decided on, besides its text. */
export interface TurnFacts {
  readonly workspaceState: WorkspaceState;
  readonly agentActive: boolean;
  readonly humanTalk: boolean;
  readonly turnEpoch: number;
  readonly chatEpoch: number;
  readonly inboundCount: number;
  /** The agent speaks of its own accord: there need be nothing to answer. */
  readonly isProactive: boolean;
}

export type WorkspaceState = 'active' | 'suspended' | 'deleted';

/** Why a turn stays silent; shown to people, so silence always has a reason. */
export type SkipReason = 'agent_off' | 'human' | 'nothing_to_answer' | 'workspace_suspended' | 'workspace_deleted';

/** Whether the agent answers. */
export type Decision = { readonly answer: true } | { readonly answer: false; readonly reason: SkipReason };

/** Decides whether the agent answers this turn, and if not, why. */
export function decideTurn(facts: TurnFacts): Decision {
  if (facts.workspaceState !== 'active') return { answer: false, reason: `workspace_${facts.workspaceState}` };
  if (facts.humanTalk || facts.chatEpoch !== facts.turnEpoch) return { answer: false, reason: 'human' };
  if (!facts.agentActive) return { answer: false, reason: 'agent_off' };
  if (facts.inboundCount === 0 && !facts.isProactive) return { answer: false, reason: 'nothing_to_answer' };
  return { answer: true };
}
