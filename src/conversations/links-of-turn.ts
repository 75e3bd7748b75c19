import type { ThinkMessage } from '../openai/think-message.js';
import type { PromptAgent } from './build-prompt.js';
import { givenLinks } from './extract-media.js';
import type { ClaimedTurn, SceneMessage } from './turns.queries.js';

/** What an agent may send as a file in this turn: links of its business and of its tools, none that a customer brought. */
export function linksOfTurn({
  turn,
  scene,
  agent,
  learnt,
}: {
  readonly turn: Pick<ClaimedTurn, 'cause' | 'instructions'>;
  readonly scene: { readonly [side in 'history' | 'inbound']: readonly Pick<SceneMessage, 'role'>[] } & {
    readonly contact: unknown;
  };
  readonly agent: Pick<PromptAgent, 'behavior' | 'jobDescription' | 'jobSite'>;
  readonly learnt: readonly ThinkMessage[];
}): ReadonlySet<string> {
  // A reminder was dictated by a customer, and a hand-over's reason by a model that had read one.
  const isBusiness = turn.cause === 'IDLE';
  const said = [...scene.history, ...scene.inbound].filter((line) => line.role === 'user');
  return givenLinks({
    config: [agent.behavior, agent.jobDescription, agent.jobSite, isBusiness && turn.instructions],
    learnt: learnt.map((message) => message.role === 'tool' && message.result),
    // The model's own words too: a tool that repeats its arguments proves nothing.
    untrusted: [said, scene.contact, !isBusiness && turn.instructions, learnt.map((m) => m.role === 'assistant' && m)],
  });
}
