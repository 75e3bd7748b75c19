import type { AskedCall, ThinkMessage } from '../openai/think-message.js';

/** A tool call of an earlier turn. */
export interface EarlierCall {
  readonly callId: string;
  readonly name: string;
  readonly arguments: AskedCall['arguments'];
  readonly answer: unknown;
}

/**
 * A prompt with the tool calls of earlier turns, each with its result, right before what the customer says now. Providers
 * want a result directly after its call, so they cannot stand among the words of those turns.
 */
export function rememberCalls(messages: readonly ThinkMessage[], calls: readonly EarlierCall[]): ThinkMessage[] {
  const remembered = calls.flatMap(({ callId: id, name, arguments: args, answer }): ThinkMessage[] => [
    { role: 'assistant', text: '', toolCalls: [{ id, name, arguments: args }] },
    { role: 'tool', callId: id, name, result: answer },
  ]);
  return [...messages.slice(0, -1), ...remembered, ...messages.slice(-1)];
}
