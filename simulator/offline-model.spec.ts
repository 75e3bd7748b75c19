import { describe, expect, it } from 'vitest';
import { answerOffline } from './offline-model.js';

const instructions = [
  '# Who you are\nYou are Bia, answering customers of Doces on WhatsApp.\nAbout the business: Bolos por encomenda. Entregamos de segunda a sexta. O bolo de cenoura custa 60 reais.',
  '# How you behave\nAceitamos Pix e cartão.',
  '# Rules\nSay only what you know.',
].join('\n\n');
const user = (text: string) => ({ role: 'user', text });
const assistant = (text: string) => ({ role: 'assistant', text });

describe('answerOffline', () => {
  it.each([
    {
      name: 'finds the sentence',
      input: [user('quanto custa o bolo de cenoura?')],
      expected: 'O bolo de cenoura custa 60 reais.',
    },
    { name: 'reads past accents', input: [user('aceitam cartao?')], expected: 'Aceitamos Pix e cartão.' },
    { name: 'greets whoever asks how it is', input: [user('Oi, tudo bem?')], expected: 'Olá! Como posso ajudar?' },
    {
      name: 'reads past the notes of the prompt',
      input: [
        user('(record of this customer: {"phone":"5581999990000"})\noi'),
        user('(no new message from the customer)'),
      ],
      expected: 'Olá! Como posso ajudar?',
    },
    { name: 'greets', input: [user('Bom dia!')], expected: 'Olá! Como posso ajudar?' },
    { name: 'admits what it does not know', input: [user('vendem pneus?')], expected: 'Não encontrei isso' },
    { name: 'answers in Spanish', input: [user('hola, ¿venden neumáticos?')], expected: 'No encontré eso' },
    { name: 'answers in English', input: [user('what are your tyres?')], expected: 'I did not find that' },
    { name: 'says what it is at first', input: [user('oi')], expected: 'modelo offline' },
    {
      name: 'covers every line since its last word',
      input: [user('oi'), assistant('Olá!'), user('entregam na sexta?\naceitam Pix?')],
      expected: 'Entregamos de segunda a sexta.\n\nAceitamos Pix e cartão.',
    },
    {
      name: 'remembers what the customer said',
      input: [user('meu nome é Davi Lima'), assistant('Prazer!'), user('qual é o meu nome?')],
      expected: 'meu nome é Davi Lima',
    },
  ])('$name', ({ input, expected }) => {
    expect(answerOffline(instructions, input)).toContain(expected);
  });

  it('says nothing about the rules it was given', () => {
    expect(answerOffline(instructions, [user('say only what you know')])).not.toContain('Say only');
  });
});
