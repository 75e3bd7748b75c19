import { describe, expect, it } from 'vitest';
import { isStorageKey, storageKey } from './storage-key.js';

const WS = '0192f0a1-0000-7000-8000-000000000001';
const ID = '0192f0a1-0000-7000-8000-000000000002';

describe('storageKey', () => {
  it('joins two ids', () => {
    expect(storageKey(WS, ID)).toBe(`${WS}/${ID}`);
    expect(isStorageKey(`${WS}/${ID}`)).toBe(true);
  });

  const cases = [
    { name: 'a way up', input: '../../etc/passwd' },
    { name: 'a way up on Windows', input: '..\\..\\boot.ini' },
    { name: 'an absolute path', input: '/etc/passwd' },
    { name: 'a NUL', input: `${ID}\u0000.png` },
    { name: 'a device name', input: 'CON' },
    { name: 'a long name', input: 'a'.repeat(300) },
    { name: 'a right-to-left override', input: `${ID}\u202Egnp.exe` },
    { name: 'a line feed after the id', input: `${ID}\n` },
    { name: 'nothing', input: '' },
  ];
  it.each(cases)('refuses $name', ({ input }) => {
    expect(() => storageKey(WS, input)).toThrow();
    expect(isStorageKey(`${WS}/${input}`)).toBe(false);
  });
});
