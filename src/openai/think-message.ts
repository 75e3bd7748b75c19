import type { ModelMessage } from 'ai';
import { toStorableText } from '../common/storable-text.js';

/** One line of what the model reads. */
export type ThinkMessage =
  | {
      readonly role: 'user';
      readonly text: string;
      readonly images?: readonly { readonly mimetype: string; readonly base64: string }[];
    }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly AskedCall[] }
  /** What came of a call; every call of an assistant line needs one, right after it. */
  | { readonly role: 'tool'; readonly callId: string; readonly name: string; readonly result: unknown };

/** A call the model asked for. */
export interface AskedCall {
  readonly id: string;
  readonly name: string;
  /** Null: what it wrote is no JSON object. */
  readonly arguments: Readonly<Record<string, unknown>> | null;
}

/** A tool as the model knows it: `parameters` is a JSON Schema of the strict kind (contract section 3.1). */
export interface ToolOffer {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The lines as the AI SDK takes them, without what makes every later call fail: U+0000 and lone surrogates. */
export function toModelMessages(messages: readonly ThinkMessage[]): ModelMessage[] {
  return messages.map(toModelMessage);
}

function toModelMessage(message: ThinkMessage): ModelMessage {
  if (message.role === 'tool') {
    const output = { type: 'text' as const, value: clean(JSON.stringify(message.result ?? null)) };
    return {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: message.callId, toolName: message.name, output }],
    };
  }
  const text = clean(message.text);
  if (message.role === 'user') {
    if (!message.images?.length) return { role: 'user', content: text };
    const images = message.images.map(({ mimetype, base64 }) => ({
      type: 'image' as const,
      image: base64,
      mediaType: mimetype,
    }));
    return { role: 'user', content: [{ type: 'text', text }, ...images] };
  }
  if (!message.toolCalls?.length) return { role: 'assistant', content: text };
  const calls = message.toolCalls.map((call) => ({
    type: 'tool-call' as const,
    toolCallId: call.id,
    toolName: call.name,
    input: call.arguments ?? {},
  }));
  return { role: 'assistant', content: [...(text ? [{ type: 'text' as const, text }] : []), ...calls] };
}

const clean = (text: string) => toStorableText(text, Number.POSITIVE_INFINITY);
