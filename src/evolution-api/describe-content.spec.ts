import { describe, expect, it } from 'vitest';
import { describeContent } from './describe-content.js';

describe('describeContent', () => {
  const cases = [
    {
      name: 'link text',
      input: { extendedTextMessage: { text: 'https://example.com' } },
      expected: { type: 'TEXT', text: 'https://example.com', content: null },
    },
    { name: 'blank text', input: { conversation: ' \n' }, expected: { ignored: 'empty' } },
    { name: 'only keys', input: { senderKeyDistributionMessage: {} }, expected: { ignored: 'empty' } },
    {
      name: 'sticker',
      input: { stickerMessage: { mimetype: 'image/webp', isAnimated: true } },
      expected: { type: 'STICKER', text: '', content: { mimetype: 'image/webp', animated: true } },
    },
    {
      name: 'round video',
      input: { ptvMessage: { seconds: 4 } },
      expected: { type: 'VIDEO', text: '', content: { seconds: 4 } },
    },
    {
      name: 'names of the Business channel',
      input: { documentMessage: { mime_type: 'application/pdf', filename: 'a.pdf', id: '77' } },
      expected: {
        type: 'DOCUMENT',
        text: '',
        content: { mimetype: 'application/pdf', fileName: 'a.pdf', mediaId: '77' },
      },
    },
    {
      name: 'a transcript by the gateway',
      input: { audioMessage: { seconds: 2 }, speechToText: '[audio] bom dia' },
      expected: { type: 'AUDIO', text: 'bom dia', content: { seconds: 2, transcript: 'bom dia' } },
    },
    {
      name: 'media in the store',
      input: { imageMessage: {}, mediaUrl: 'https://s3.example.com/x' },
      expected: { type: 'IMAGE', text: '', content: { mediaUrl: 'https://s3.example.com/x' } },
    },
    {
      name: 'several contacts',
      input: {
        contactsArrayMessage: {
          contacts: [{ displayName: 'Ana', vcard: 'TEL;waid=5511911112222:x' }, { displayName: 'Rui' }],
        },
      },
      expected: { type: 'CONTACT', text: 'Ana (+5511911112222)\nRui' },
    },
    {
      name: 'a bare point',
      input: { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2 } },
      expected: { type: 'LOCATION', text: '1, 2' },
    },
    {
      name: 'poll vote',
      input: { pollUpdateMessage: { vote: { selectedOptions: ['Manhã', 'Tarde'] } } },
      expected: { type: 'OTHER', text: 'Manhã, Tarde' },
    },
    {
      name: 'button without its text',
      input: { buttonsResponseMessage: { selectedButtonId: 'sim' } },
      expected: { type: 'TEXT', text: 'sim', content: { choiceId: 'sim' } },
    },
    {
      name: 'template button',
      input: { templateButtonReplyMessage: { selectedId: 'ok', selectedDisplayText: 'Certo' } },
      expected: { type: 'TEXT', text: 'Certo', content: { choiceId: 'ok' } },
    },
    {
      name: 'interactive reply',
      input: {
        interactiveResponseMessage: {
          body: { text: 'Sim' },
          nativeFlowResponseMessage: { paramsJson: '{"id":"sim"}' },
        },
      },
      expected: { type: 'TEXT', text: 'Sim', content: { choiceId: 'sim' } },
    },
    {
      name: 'interactive reply with broken parameters',
      input: { interactiveResponseMessage: { body: { text: 'Sim' }, nativeFlowResponseMessage: { paramsJson: '{' } } },
      expected: { type: 'TEXT', text: 'Sim', content: null },
    },
    {
      name: 'something new',
      input: { hologramMessage: { caption: 'wow' } },
      expected: { type: 'OTHER', text: 'wow', content: { kind: 'hologramMessage' } },
    },
    { name: 'edit', input: { protocolMessage: { type: 14 } }, expected: { ignored: 'edit' } },
    { name: 'system', input: { protocolMessage: { type: 'EPHEMERAL_SETTING' } }, expected: { ignored: 'protocol' } },
    { name: 'album header', input: { albumMessage: { expectedImageCount: 2 } }, expected: { ignored: 'empty' } },
  ];
  it.each(cases)('$name', ({ input, expected }) => {
    expect(describeContent({ message: input })).toMatchObject(expected);
  });

  it('names the ad a message came from', () => {
    const contextInfo = {
      isForwarded: false,
      externalAdReply: { title: 'Promo', sourceUrl: 'https://fb.me/x', thumbnailUrl: 'y' },
    };
    expect(describeContent({ message: { conversation: 'oi' }, contextInfo })).toEqual({
      type: 'TEXT',
      text: 'oi',
      content: { ad: { title: 'Promo', body: null, sourceUrl: 'https://fb.me/x', sourceId: null } },
    });
  });
});
