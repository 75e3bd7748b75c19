import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TEXT_CODE_POINTS, toStorableJson, toStorableText } from './storable-text.js';

describe('toStorableText', () => {
  const cases = [
    { name: 'leaves ordinary text alone', input: 'Olá, João! 👩‍👩‍👧 ‏שלום', expected: 'Olá, João! 👩‍👩‍👧 ‏שלום' },
    { name: 'strips U+0000', input: 'a\u0000b\u0000', expected: 'ab' },
    { name: 'replaces a lone high surrogate', input: 'a\ud83d', expected: 'a\ufffd' },
    { name: 'replaces a lone low surrogate', input: '\ude00b', expected: '\ufffdb' },
    { name: 'joins what a NUL had parted', input: '\ud83d\u0000\ude00', expected: '😀' },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(toStorableText(input)).toBe(expected);
  });

  it('cuts on code points, not on units', () => {
    expect(toStorableText('😀😀😀', 2)).toBe('😀😀');
    expect([...toStorableText('😀'.repeat(70_000))]).toHaveLength(MAX_TEXT_CODE_POINTS);
  });

  it('never leaves NUL or lone surrogates', () => {
    const unit = fc.oneof(fc.constantFrom(0, 0xd83d, 0xde00), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(unit), fc.nat(20), (units, max) => {
        const stored = toStorableText(String.fromCharCode(...units), max);
        expect(stored).not.toMatch(/\p{Surrogate}|\0/u);
        expect([...stored].length).toBeLessThanOrEqual(max);
      }),
    );
  });
});

describe('toStorableJson', () => {
  const cases = [
    { name: 'scalars', input: [1, 'a', true, null], expected: [1, 'a', true, null] },
    {
      name: 'what JSON does not know',
      input: { a: undefined, b: Number.NaN, c: 5n },
      expected: { a: null, b: null, c: '5' },
    },
    { name: 'keys and strings', input: { 'k\u0000': ['\ud800'] }, expected: { k: ['\ufffd'] } },
    { name: 'no prototype', input: JSON.parse('{"__proto__":{"polluted":1},"a":1}'), expected: { a: 1 } },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(toStorableJson(input)).toEqual(expected);
  });

  it('cuts deep nesting without using the stack', () => {
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    expect(toStorableJson(deep, { maxDepth: 3 })).toEqual([[[null]]]);
  });

  it('keeps what is nearest to the root when there is too much', () => {
    expect(toStorableJson({ a: [1, 2, 3], b: 2 }, { maxValues: 4 })).toEqual({ a: [1], b: 2 });
  });
});
