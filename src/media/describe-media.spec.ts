import { describe, expect, it } from 'vitest';
import { describeMedia, type LineMedia } from './describe-media.js';

const media = (state: LineMedia['state'], facts: Partial<LineMedia> = {}): LineMedia => ({
  state,
  text: null,
  mimetype: null,
  fileName: null,
  ...facts,
});

describe('describeMedia', () => {
  const unheard = '[voice message that could not be heard: ask the customer to write it]';
  const cases: { name: string; input: Parameters<typeof describeMedia>[0]; expected: string }[] = [
    {
      name: 'a voice message that was written down',
      input: { type: 'AUDIO', text: '', media: media('READY', { text: 'Quero dois bolos.' }) },
      expected: '[voice message] Quero dois bolos.',
    },
    {
      name: 'what the gateway wrote down itself',
      input: { type: 'AUDIO', text: 'Quero dois bolos.', media: media('READY') },
      expected: '[voice message] Quero dois bolos.',
    },
    { name: 'silence', input: { type: 'AUDIO', text: '', media: media('READY', { text: ' ' }) }, expected: unheard },
    { name: 'a failure', input: { type: 'AUDIO', text: '', media: media('FAILED') }, expected: unheard },
    { name: 'waited for in vain', input: { type: 'AUDIO', text: '', media: media('PENDING') }, expected: unheard },
    {
      name: 'an image',
      input: { type: 'IMAGE', text: 'este aqui', media: media('READY') },
      expected: '[image] este aqui',
    },
    {
      name: 'an image that did not come',
      input: { type: 'IMAGE', text: '', media: media('FAILED') },
      expected: '[image that could not be opened: ask the customer to send it again, or to say what is in it]',
    },
    {
      name: 'a document',
      input: { type: 'DOCUMENT', text: 'segue', media: media('READY', { fileName: 'a "b"] .pdf' }) },
      expected: '[document "a \\"b\\"] .pdf", which you cannot read] segue',
    },
    {
      name: 'a document that did not come',
      input: { type: 'DOCUMENT', text: '', media: media('FAILED', { fileName: 'a.pdf' }) },
      expected: '[document that could not be opened: ask the customer to send it again]',
    },
    {
      name: 'a video',
      input: { type: 'VIDEO', text: '', media: media('READY') },
      expected: '[video, which you cannot see]',
    },
    { name: 'a sticker', input: { type: 'STICKER', text: '', media: media('READY') }, expected: '[sticker]' },
    {
      name: 'a sticker that did not come',
      input: { type: 'STICKER', text: '', media: media('FAILED') },
      expected: '[sticker, which you cannot see]',
    },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(describeMedia(input)).toBe(expected);
  });
});
