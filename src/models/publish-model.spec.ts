import { expect, it } from 'vitest';
import { publishModel } from './publish-model.js';

const entry = (name: string, providerModel: string, successor: string | null = null) => ({
  name,
  providerModel,
  successor,
  shutdownAt: null,
});
const registry = [
  entry('GPT_4_1', 'gpt-4.1', 'gpt-6.1-terra'),
  entry('GPT_5_MINI', 'gpt-5-mini', 'gpt-6.1-terra'),
  entry('SABIA_3', 'maritaca/sabia-3'),
  entry('OUR_OWN', 'gpt-ours'),
];

it.each([
  { name: 'a published name', model: 'CLAUDE_3_5_HAIKU', expected: 'CLAUDE_3_5_HAIKU' },
  { name: "a provider's id", model: 'maritaca/sabia-3', expected: 'SABIA_3' },
  { name: 'a successor, by the first published name it serves', model: 'gpt-6.1-terra', expected: 'GPT_5_MINI' },
  { name: 'a registered name that is not published', model: 'OUR_OWN', expected: 'GPT_5_2' },
  { name: 'the id behind one that is not published', model: 'gpt-ours', expected: 'GPT_5_2' },
  { name: 'a model nobody registered', model: 'offline', expected: 'GPT_5_2' },
])('$name', ({ model, expected }) => {
  expect(publishModel(model, registry)).toBe(expected);
});
