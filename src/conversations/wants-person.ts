import { plainWords } from './plain-words.js';

/**
 * What people write to be let out of a conversation with a machine: the whole message, nothing else. Whoever writes more
 * is understood by the model; a customer of an agency who asks for "um agente" is not sent away.
 */
const ASKS: ReadonlySet<string> = new Set(
  [
    'humano, atendente, pessoa, atendimento humano, atendimento pessoal, falar com humano, falar com um humano',
    'falar com atendente, falar com um atendente, falar com uma atendente, falar com pessoa, falar com uma pessoa',
    'quero falar com um humano, quero falar com uma pessoa, quero falar com um atendente, quero um atendente, quero atendente',
    'human, agent, a human, real person, talk to a human, talk to a person, talk to an agent, speak to a human',
    'speak to a person, speak to an agent, human agent, live agent, i want to talk to a human, i want a human',
    'asesor, agente, agente humano, persona, hablar con un humano, hablar con una persona, hablar con un asesor',
    'hablar con un agente, quiero hablar con una persona, quiero hablar con un asesor, quiero un asesor',
    'parar, stop, sair, pare, nao quero falar com robo, no bot, unsubscribe, baja, descadastrar',
  ].flatMap((line) => line.split(', ')),
);

/** Whether a message asks, by rule and whatever a model would make of it, for a person or for the machine to stop. */
export function wantsPerson(text: string): boolean {
  return ASKS.has(
    plainWords(text)
      .replace(/[^\p{L}\p{N} ]/gu, '')
      .replace(/ (por favor|please)$/, '')
      .trim(),
  );
}
