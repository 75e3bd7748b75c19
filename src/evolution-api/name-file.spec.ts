import { describe, expect, it } from 'vitest';
import { nameFile } from './name-file.js';

const url = 'https://cdn.example.com/pasta/boleto%20maio.pdf?v=2';

describe('nameFile', () => {
  it.each([
    { name: 'a good name stays', input: { name: 'Contrato.PDF' }, expected: 'Contrato.PDF' },
    { name: 'no name: that of the address', input: {}, expected: 'boleto maio.pdf' },
    {
      name: 'no extension: by the type',
      input: { name: 'contrato', mimetype: 'text/csv; charset=utf-8' },
      expected: 'contrato.csv',
    },
    { name: 'no type either: by the address', input: { name: 'contrato' }, expected: 'contrato.pdf' },
    { name: 'an unknown extension gets a known one', input: { name: 'notas.v2' }, expected: 'notas.v2.pdf' },
    {
      name: 'nothing known at all',
      input: { name: 'notas.v2', url: 'https://cdn.example.com/' },
      expected: 'notas.v2.bin',
    },
    { name: 'an image', input: { kind: 'IMAGE', url: 'https://cdn.example.com/' }, expected: 'image.jpg' },
    { name: 'a video', input: { kind: 'VIDEO', url: 'https://cdn.example.com/v?id=7' }, expected: 'v.mp4' },
    { name: 'folders', input: { name: '../../etc/passwd.txt' }, expected: 'passwd.txt' },
    { name: 'a reversed name', input: { name: 'a\u202egpj.pdf' }, expected: 'agpj.pdf' },
    {
      name: 'an address that does not decode',
      input: { url: 'https://cdn.example.com/%E0%A4%A' },
      expected: 'document.bin',
    },
  ] as const)('$name', ({ input, expected }) => {
    expect(nameFile({ kind: 'DOCUMENT', url, ...input })).toBe(expected);
  });
});
