import type { RegisteredModel } from './resolve-model.js';

/** The names the published API knows; its clients fail on any other. */
export const PUBLISHED_MODELS = [
  'GPT_5',
  'GPT_5_MINI',
  'GPT_5_1',
  'GPT_5_2',
  'GPT_5_MINI_V2',
  'GPT_4_TURBO',
  'OPEN_AI_04',
  'OPEN_AI_03_MINI_BETA',
  'GPT_4_1',
  'GPT_4_1_MINI',
  'GPT_4_O_MINI',
  'GPT_4_O',
  'OPEN_AI_O3_MINI',
  'OPEN_AI_O4_MINI',
  'OPEN_AI_O3',
  'OPEN_AI_O1',
  'GPT_4',
  'CLAUDE_4_5_SONNET',
  'CLAUDE_3_5_SONNET',
  'CLAUDE_3_7_SONNET',
  'CLAUDE_3_5_HAIKU',
  'DEEPINFRA_LLAMA3_3',
  'QWEN_2_5_MAX',
  'DEEPSEEK_CHAT',
  'SABIA_3',
  'SABIA_3_1',
] as const;
export type PublishedModel = (typeof PUBLISHED_MODELS)[number];

/** Shown for a model that no published name stands near, such as one of the installation's own server. */
const FALLBACK: PublishedModel = 'GPT_5_2';

/**
 * The published name under which `/v2` shows a model: itself, else the name registered for its id, else the first name
 * whose successor it is, else the fallback.
 */
export function publishModel(model: string, registry: readonly RegisteredModel[]): PublishedModel {
  const named = (matches: (entry: RegisteredModel) => boolean) =>
    PUBLISHED_MODELS.find((name) => registry.some((entry) => entry.name === name && matches(entry)));
  return (
    PUBLISHED_MODELS.find((name) => name === model) ??
    named((entry) => entry.providerModel === model) ??
    named((entry) => entry.successor === model) ??
    FALLBACK
  );
}
