import { expect, test } from 'vitest';
import { planMigrations } from './plan-migrations.js';

const files = [
  { name: '2_second', checksum: 'bb' },
  { name: '1_first', checksum: 'aa' },
];
const first = { name: '1_first', checksum: 'aa', finished: true };
const second = { name: '2_second', checksum: 'bb', finished: true };

const cases = [
  { name: 'an empty database takes all, in name order', input: [], expected: { pending: ['1_first', '2_second'] } },
  { name: 'the rest follows what was applied', input: [first], expected: { pending: ['2_second'] } },
  { name: 'nothing is left', input: [second, first], expected: { pending: [] } },
  {
    name: 'an edited migration stops the run',
    input: [{ ...first, checksum: 'xx' }],
    expected: { problem: expect.stringContaining('"1_first" was edited') },
  },
  {
    name: 'a migration this code does not know stops the run',
    input: [first, second, { name: '3_third', checksum: 'cc', finished: true }],
    expected: { problem: expect.stringContaining('newer than this code') },
  },
  {
    name: 'a half-done migration stops the run',
    input: [{ ...first, finished: false }],
    expected: { problem: expect.stringContaining('failed halfway') },
  },
];

test.each(cases)('$name', ({ input, expected }) => {
  expect(planMigrations(files, input)).toEqual(expected);
});
