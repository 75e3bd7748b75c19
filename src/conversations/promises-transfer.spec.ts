import { expect, it } from 'vitest';
import { promisesTransfer } from './promises-transfer.js';

it.each([
  { input: 'Vou te transferir para um atendente.', expected: true },
  { input: 'Entendi! Vou transferir você agora mesmo.', expected: true },
  { input: 'Estou encaminhando sua conversa para a nossa equipe.', expected: true },
  { input: 'Só um momento, vou chamar uma atendente para você!', expected: true },
  { input: 'Um especialista vai te atender em instantes.', expected: true },
  { input: 'Transferindo seu atendimento…', expected: true },
  { input: 'Te paso con un asesor.', expected: true },
  { input: 'Voy a derivarte a una persona de nuestro equipo.', expected: true },
  { input: "I'll transfer you to a colleague.", expected: true },
  { input: 'Let me connect you with a human agent.', expected: true },
  { input: 'Posso transferir você para um atendente?', expected: false },
  { input: 'Quer que eu chame uma pessoa?', expected: false },
  { input: 'Vou transferir o valor por Pix hoje.', expected: false },
  { input: 'Vou passar o preço do bolo.', expected: false },
  { input: 'Nossa equipe entrega de segunda a sexta.', expected: false },
  { input: 'Nós fazemos transferência de veículos.', expected: false },
  { input: 'Would you like me to transfer you?', expected: false },
  { input: 'I will check the price for you.', expected: false },
])('$input', ({ input, expected }) => {
  expect(promisesTransfer(input)).toBe(expected);
});
