import { describe, expect, it } from 'vitest';
import { builtInTools, type TransferChoice } from './built-in-tools.js';

const toPerson: TransferChoice = {
  id: '1',
  instructions: 'Reclamações',
  returnOnFinish: false,
  userId: 'u1',
  target: null,
};
const toSales: TransferChoice = {
  id: '2',
  instructions: 'Quando quiser comprar',
  returnOnFinish: true,
  userId: null,
  target: { id: 'a2', name: 'Vendas' },
};
const named = (facts: Parameters<typeof builtInTools>[0], name: string) =>
  builtInTools(facts).find((tool) => tool.offer.name === name);
const CONTEXT = { workspaceId: 'w', chatId: 'c', agentId: 'a', turnId: 't', step: 1 };

describe('builtInTools', () => {
  it.each([
    { name: 'off, no rules', input: { enabledHumanTransfer: false, transfers: [] }, expected: ['resolve'] },
    {
      name: 'on, no rules',
      input: { enabledHumanTransfer: true, transfers: [] },
      expected: ['transfer_to_human', 'resolve'],
    },
    {
      name: 'a rule to an agent only',
      input: { enabledHumanTransfer: false, transfers: [toSales] },
      expected: ['transfer_to_agent', 'resolve'],
    },
    {
      name: 'a rule to a person counts without the setting',
      input: { enabledHumanTransfer: false, transfers: [toPerson] },
      expected: ['transfer_to_human', 'resolve'],
    },
  ])('$name', ({ input, expected }) => {
    expect(builtInTools(input).map((tool) => tool.offer.name)).toEqual(expected);
  });

  it('has strict schemas: every property required, nothing beside them', () => {
    for (const { offer } of builtInTools({ enabledHumanTransfer: true, transfers: [toPerson, toSales] })) {
      const { properties, required, additionalProperties } = offer.parameters as Record<string, object>;
      expect([additionalProperties, required ?? []]).toEqual([false, Object.keys(properties ?? {})]);
    }
  });

  it('hands over by the rule the model names, to whom the owner chose', async () => {
    const tool = named({ enabledHumanTransfer: true, transfers: [toPerson] }, 'transfer_to_human')!;
    expect(tool.offer.description).toContain('rule_1: Reclamações');
    const checked = tool.check({ reason: 'quer reclamar', rule: 'rule_1' });
    expect(await tool.run(CONTEXT, 'args' in checked && checked.args)).toMatchObject({
      effect: { kind: 'HUMAN', userId: 'u1', reason: 'quer reclamar' },
    });
    expect(tool.check({ reason: 'x', rule: 'rule_9' })).toHaveProperty('problem');
    expect(tool.check({ reason: 'x', rule: null, userId: 'somebody' })).toHaveProperty('problem');
  });

  it('hands over to an agent of the rules only', async () => {
    const tool = named({ enabledHumanTransfer: true, transfers: [toSales] }, 'transfer_to_agent')!;
    const checked = tool.check({ reason: 'compra', rule: 'rule_1' });
    expect(await tool.run(CONTEXT, 'args' in checked && checked.args)).toMatchObject({
      effect: { kind: 'AGENT', agentId: 'a2', agentName: 'Vendas', returnOnFinish: true },
    });
    expect(tool.check({ reason: 'x', rule: null })).toHaveProperty('problem');
  });
});
