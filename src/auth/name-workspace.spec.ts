import { describe, expect, it } from 'vitest';
import { nameWorkspace } from './name-workspace.js';

describe('nameWorkspace', () => {
  it.each([
    { name: 'Portuguese', input: 'pt-BR,pt;q=0.9,en;q=0.8', expected: 'Espaço de Ana' },
    { name: 'Spanish', input: 'es', expected: 'Espacio de Ana' },
    { name: 'the first one we speak', input: 'fr-FR, es;q=0.5', expected: 'Espacio de Ana' },
    { name: 'none we speak', input: 'ja', expected: "Ana's workspace" },
    { name: 'no header', input: undefined, expected: "Ana's workspace" },
  ])('$name', ({ input, expected }) => {
    expect(nameWorkspace('Ana', input)).toBe(expected);
  });
});
