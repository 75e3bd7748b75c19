import { describe, expect, it } from 'vitest';
import { type ModelContext, type RegisteredModel, resolveModel, whyNotServed } from './resolve-model.js';

const entry = (
  name: string,
  providerModel: string,
  successor: string | null = null,
  gone?: string,
): RegisteredModel => ({
  name,
  providerModel,
  successor,
  shutdownAt: gone ? new Date(gone) : null,
});

const context: ModelContext = {
  registry: [
    entry('SERVED', 'gpt-served'),
    entry('GONE', 'gpt-gone', 'gpt-next', '2026-10-23'),
    entry('GONE_TWICE', 'gpt-older', 'GONE', '2025-01-01'),
    entry('LEAVING', 'gpt-leaving', 'gpt-next', '2026-12-11'),
    entry('ORPHAN', 'gpt-orphan', null, '2025-01-01'),
    entry('ROUND', 'gpt-round', 'ROUND', '2025-01-01'),
    entry('FOREIGN', 'vendor/model-1'),
  ],
  defaultModel: 'gpt-default',
  provider: 'openai',
  now: new Date('2026-11-24T12:00:00Z'),
};
const custom: ModelContext = { ...context, provider: 'custom' };

describe('resolveModel', () => {
  it.each<{ name: string; input: [string | null, ModelContext]; expected: string }>([
    { name: 'nothing chosen', input: [null, context], expected: 'gpt-default' },
    { name: 'a registered name', input: ['SERVED', context], expected: 'gpt-served' },
    { name: 'after its shutdown, the successor', input: ['GONE', context], expected: 'gpt-next' },
    { name: 'a successor that is gone as well', input: ['GONE_TWICE', context], expected: 'gpt-next' },
    { name: 'before its shutdown, itself', input: ['LEAVING', context], expected: 'gpt-leaving' },
    {
      name: 'on the day of its shutdown, the successor',
      input: ['LEAVING', { ...context, now: new Date('2026-12-11T00:00:00Z') }],
      expected: 'gpt-next',
    },
    { name: 'gone without a successor', input: ['ORPHAN', context], expected: 'gpt-orphan' },
    { name: 'a circle of successors ends', input: ['ROUND', context], expected: 'ROUND' },
    { name: "a provider's own id", input: ['llama-9', context], expected: 'llama-9' },
    { name: 'another server is asked for what was chosen', input: ['GONE', custom], expected: 'gpt-gone' },
    { name: "another server's own id", input: ['mistral', custom], expected: 'mistral' },
  ])('$name', ({ input, expected }) => {
    expect(resolveModel(...input)).toEqual({ model: expected });
  });
});

describe('whyNotServed', () => {
  it.each<{ name: string; input: [string, ModelContext]; expected: RegExp | undefined }>([
    { name: "another vendor's model at OpenAI", input: ['FOREIGN', context], expected: /FOREIGN is a model of vendor/ },
    { name: 'the same at a server of one’s own', input: ['FOREIGN', custom], expected: undefined },
    { name: 'a model of OpenAI', input: ['SERVED', context], expected: undefined },
    { name: 'one that has a successor', input: ['GONE', context], expected: undefined },
    { name: 'a name nobody registered', input: ['vendor/anything', context], expected: undefined },
  ])('$name', ({ input, expected }) => {
    const reason = whyNotServed(...input);
    if (expected) expect(reason).toMatch(expected);
    else expect(reason).toBeUndefined();
  });
});
