import { describe, expect, it } from 'vitest';
import { judgeFile } from './judge-file.js';

const bytes = (text: string) => Buffer.from(text);

describe('judgeFile', () => {
  const cases: { name: string; input: Parameters<typeof judgeFile>[0]; expected: object }[] = [
    {
      name: 'a photo',
      input: { type: 'IMAGE', detected: 'image/jpeg', head: bytes('x') },
      expected: { mimetype: 'image/jpeg' },
    },
    {
      name: 'a picture that is a page',
      input: { type: 'IMAGE', detected: undefined, head: bytes('<html>') },
      expected: { error: 'type_not_allowed' },
    },
    {
      name: 'a picture that is a drawing with scripts',
      input: { type: 'IMAGE', detected: 'application/xml', head: bytes('<?xml') },
      expected: { error: 'type_not_allowed' },
    },
    {
      name: 'a picture that is a document',
      input: { type: 'IMAGE', detected: 'application/pdf', head: bytes('%PDF') },
      expected: { error: 'type_not_allowed' },
    },
    {
      name: 'a voice note',
      input: { type: 'AUDIO', detected: 'audio/ogg', head: bytes('OggS') },
      expected: { mimetype: 'audio/ogg' },
    },
    {
      name: 'a voice note that is a program',
      input: { type: 'AUDIO', detected: 'application/x-msdownload', head: bytes('MZ') },
      expected: { error: 'type_not_allowed' },
    },
    {
      name: 'an empty file',
      input: { type: 'AUDIO', detected: undefined, head: bytes('') },
      expected: { error: 'empty' },
    },
    {
      name: 'a PDF',
      input: { type: 'DOCUMENT', detected: 'application/pdf', head: bytes('%PDF') },
      expected: { mimetype: 'application/pdf' },
    },
    {
      name: 'a sheet',
      input: {
        type: 'DOCUMENT',
        detected: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        head: bytes('PK'),
      },
      expected: { mimetype: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
    },
    {
      name: 'a page as a document is text',
      input: { type: 'DOCUMENT', detected: undefined, head: bytes('<html><script>') },
      expected: { mimetype: 'text/plain' },
    },
    {
      name: 'a drawing as a document is text',
      input: { type: 'DOCUMENT', detected: 'application/xml', head: bytes('<?xml') },
      expected: { mimetype: 'text/plain' },
    },
    {
      name: 'text in any alphabet',
      input: { type: 'DOCUMENT', detected: undefined, head: bytes('Olá,\r\n\tção').subarray(0, 11) },
      expected: { mimetype: 'text/plain' },
    },
    {
      name: 'bytes nobody knows',
      input: { type: 'DOCUMENT', detected: undefined, head: Buffer.from([1, 2, 0, 3]) },
      expected: { mimetype: 'application/octet-stream' },
    },
    {
      name: 'a program',
      input: { type: 'DOCUMENT', detected: 'application/x-msdownload', head: bytes('MZ') },
      expected: { error: 'type_not_allowed' },
    },
    {
      name: 'a kind that has no files',
      input: { type: 'TEXT', detected: 'image/png', head: bytes('x') },
      expected: { error: 'type_not_allowed' },
    },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(judgeFile(input)).toEqual(expected);
  });
});
