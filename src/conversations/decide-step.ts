/** How much one turn may take. */
export interface TurnLimits {
  /** Model calls. */
  readonly steps: number;
  readonly seconds: number;
  /** In and out, all calls together. */
  readonly tokens: number;
}

/** What a turn may do next: go on, answer with what it has (no more tools), or nothing more. */
export type NextStep = 'go_on' | 'conclude' | 'give_up';

/** Decides whether a turn may ask the model once more. The last call it may make is one without tools. */
export function decideStep(input: {
  readonly limits: TurnLimits;
  readonly modelCalls: number;
  readonly tokens: number;
  readonly elapsedSeconds: number;
}): NextStep {
  const { limits, modelCalls, tokens, elapsedSeconds } = input;
  if (modelCalls >= limits.steps || elapsedSeconds >= limits.seconds) return 'give_up';
  if (modelCalls > 0 && tokens >= limits.tokens) return 'give_up';
  const isLast =
    modelCalls + 1 >= limits.steps || tokens >= limits.tokens * 0.8 || elapsedSeconds >= limits.seconds * 0.7;
  return modelCalls > 0 && isLast ? 'conclude' : 'go_on';
}
