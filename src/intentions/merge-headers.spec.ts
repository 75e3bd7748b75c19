import { expect, it } from 'vitest';
import { type Header, MASK, mergeHeaders } from './merge-headers.js';

const stored = [{ name: 'Authorization', value: 'sealed(old)' }];

it.each<{ name: string; given: Header[]; expected: Header[]; problems?: string[] }>([
  { name: 'none', given: [], expected: [] },
  {
    name: 'a new value',
    given: [{ name: 'Authorization', value: 'new' }],
    expected: [{ name: 'Authorization', value: 'sealed(new)' }],
  },
  { name: 'the mask', given: [{ name: 'Authorization', value: MASK }], expected: stored },
  {
    name: 'the mask, and another case',
    given: [{ name: 'authorization', value: MASK }],
    expected: [{ name: 'authorization', value: 'sealed(old)' }],
  },
  {
    name: 'a mask beside a new one',
    given: [
      { name: 'X-Key', value: 'new' },
      { name: 'Authorization', value: MASK },
    ],
    expected: [{ name: 'X-Key', value: 'sealed(new)' }, ...stored],
  },
  {
    name: 'a mask for nothing',
    given: [{ name: 'X-Key', value: MASK }],
    expected: [{ name: 'X-Key', value: MASK }],
    problems: ['headers.0.value'],
  },
])('$name', ({ given, expected, problems = [] }) => {
  const merged = mergeHeaders(stored, given, (plain) => `sealed(${plain})`);
  expect(merged.headers).toEqual(expected);
  expect(merged.problems.map(({ path }) => path)).toEqual(problems);
});
