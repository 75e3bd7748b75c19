import { describe, expect, it } from 'vitest';
import { extractMedia, givenLinks } from './extract-media.js';

const MENU = 'https://cdn.example.com/cardapio.pdf';
const CAKE = 'https://cdn.example.com/bolo.jpg?v=2';
const NOTE = 'https://cdn.example.com/recado.ogg';
const GIVEN = new Set([MENU, CAKE, NOTE, 'https://example.com/', 'https://cdn.example.com/pagina.html']);
GIVEN.add('https://10.0.0.8/cardapio.pdf').add('http://cdn.example.com/cardapio.pdf');
const words = (text: string) => ({ text, media: null });
const file = (kind: string, url: string, text = '') => ({ text, media: { kind, url } });

describe('extractMedia', () => {
  it.each([
    { name: 'no link', input: 'Olá!', expected: [words('Olá!')] },
    { name: 'nothing', input: '', expected: [] },
    {
      name: 'an image with its caption',
      input: `![Bolo de cenoura](${CAKE})`,
      expected: [file('IMAGE', CAKE, 'Bolo de cenoura')],
    },
    {
      name: 'a named link keeps its name in the sentence',
      input: `Aqui está [nosso cardápio](${MENU}).`,
      expected: [words('Aqui está nosso cardápio.'), file('DOCUMENT', MENU)],
    },
    {
      name: 'a bare link, and the full stop that is not part of it',
      input: `Veja: ${MENU}.`,
      expected: [words('Veja:'), file('DOCUMENT', MENU)],
    },
    { name: 'nothing but a link', input: MENU, expected: [file('DOCUMENT', MENU)] },
    {
      name: 'files follow their paragraph, the others stay together',
      input: `Oi!\n\nTudo bem?\n\nO bolo:\n${CAKE}\n\nAté logo.\n\nBia`,
      expected: [words('Oi!\n\nTudo bem?\n\nO bolo:'), file('IMAGE', CAKE), words('Até logo.\n\nBia')],
    },
    {
      name: 'a list of links leaves no bullets',
      input: `- ${CAKE}\n- ${MENU}`,
      expected: [file('IMAGE', CAKE), file('DOCUMENT', MENU)],
    },
    {
      name: 'a voice note has no caption',
      input: `![Recado](${NOTE})`,
      expected: [words('Recado'), file('AUDIO', NOTE)],
    },
    {
      name: 'the same file twice is sent once',
      input: `${CAKE}\n\n[de novo](${CAKE})`,
      expected: [file('IMAGE', CAKE), words('de novo')],
    },
    {
      name: 'the spelling of the host does not matter',
      input: 'https://CDN.example.com/cardapio.pdf',
      expected: [file('DOCUMENT', 'https://CDN.example.com/cardapio.pdf')],
    },
    {
      name: 'an address that was never given',
      input: 'Veja https://evil.example.com/x.pdf',
      expected: [words('Veja https://evil.example.com/x.pdf')],
    },
    {
      name: 'a given address with something added',
      input: `Veja ${MENU}?c=segredo`,
      expected: [words(`Veja ${MENU}?c=segredo`)],
    },
    {
      name: 'a page is no file',
      input: 'https://example.com/ e https://cdn.example.com/pagina.html',
      expected: [words('https://example.com/ e https://cdn.example.com/pagina.html')],
    },
    {
      name: 'an address that is not encrypted',
      input: 'http://cdn.example.com/cardapio.pdf',
      expected: [words('http://cdn.example.com/cardapio.pdf')],
    },
    {
      name: 'an address inside the network',
      input: 'https://10.0.0.8/cardapio.pdf',
      expected: [words('https://10.0.0.8/cardapio.pdf')],
    },
    {
      name: 'a code block is left alone',
      input: `\`\`\`\n${MENU}\n\`\`\``,
      expected: [words(`\`\`\`\n${MENU}\n\`\`\``)],
    },
  ])('$name', ({ input, expected }) => {
    expect(extractMedia(input, GIVEN)).toEqual(expected);
  });

  it('leaves what the channel cannot carry as a link', () => {
    expect(extractMedia(MENU, GIVEN, ['IMAGE', 'AUDIO'])).toEqual([words(MENU)]);
  });

  it('sends four files at most; the others stay links', () => {
    const links = Array.from({ length: 6 }, (_, n) => `https://cdn.example.com/${n}.png`);
    const pieces = extractMedia(links.join('\n\n'), new Set(links));
    expect(pieces.filter((piece) => piece.media)).toHaveLength(4);
    expect(pieces.at(-1)).toEqual(words(`${links[4]}\n\n${links[5]}`));
  });
});

describe('givenLinks', () => {
  const none = { config: [], learnt: [], untrusted: [] };
  it.each([
    { name: 'nothing', input: none, expected: [] },
    {
      name: 'the configuration, whatever the customer wrote',
      input: { ...none, config: [`Cardápio: ${MENU}.`, null], untrusted: [MENU] },
      expected: [MENU],
    },
    {
      name: 'a tool, however deep its answer',
      input: { ...none, learnt: [{ value: { items: [{ photo: CAKE }] } }] },
      expected: [CAKE],
    },
    {
      name: 'not what a tool only gives back',
      input: { ...none, learnt: [{ echo: CAKE, file: MENU }], untrusted: [{ text: `veja ${CAKE}!` }] },
      expected: [MENU],
    },
    {
      name: 'not what it gives back in another spelling of the host',
      input: { ...none, learnt: ['https://EVIL.example.com/x.pdf'], untrusted: ['https://evil.example.com/x.pdf'] },
      expected: [],
    },
  ])('$name', ({ input, expected }) => {
    expect([...givenLinks(input)]).toEqual(expected);
  });
});
