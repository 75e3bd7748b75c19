import { expect, it } from 'vitest';
import { decideStep } from './decide-step.js';

const limits = { steps: 4, seconds: 100, tokens: 1_000 };
const at = (modelCalls: number, tokens = 0, elapsedSeconds = 0) => ({ limits, modelCalls, tokens, elapsedSeconds });

it.each([
  { name: 'the first call', input: at(0), expected: 'go_on' },
  { name: 'a call in between', input: at(2), expected: 'go_on' },
  { name: 'the last call has no tools', input: at(3), expected: 'conclude' },
  { name: 'no call is left', input: at(4), expected: 'give_up' },
  { name: 'a single call keeps its tools', input: { ...at(0), limits: { ...limits, steps: 1 } }, expected: 'go_on' },
  { name: 'tokens run out', input: at(1, 800), expected: 'conclude' },
  { name: 'tokens are spent', input: at(1, 1_000), expected: 'give_up' },
  { name: 'time runs out', input: at(1, 0, 70), expected: 'conclude' },
  { name: 'time is up', input: at(0, 0, 100), expected: 'give_up' },
])('$name', ({ input, expected }) => {
  expect(decideStep(input)).toBe(expected);
});
