import { z } from 'zod';
import type { Effect, Tool, ToolOutcome } from './tool.js';

/** When and to whom an agent may hand a chat over, as its owner wrote it. */
export interface TransferChoice {
  readonly id: string;
  readonly instructions: string;
  readonly returnOnFinish: boolean;
  readonly userId: string | null;
  /** Null: to a person. */
  readonly target: { readonly id: string; readonly name: string } | null;
}

interface ToolFacts {
  readonly enabledHumanTransfer: boolean;
  readonly transfers: readonly TransferChoice[];
}

const Reason = z.strictObject({ reason: z.string().max(1_000) });

/** The tools every agent has: hand over to a person or another agent, as its rules say, and end the matter. */
export function builtInTools({ enabledHumanTransfer, transfers }: ToolFacts): Tool[] {
  const toPeople = transfers.filter((rule) => rule.target === null);
  const toAgents = transfers.filter((rule) => rule.target !== null);
  return [
    ...(enabledHumanTransfer || toPeople.length > 0 ? [transferToHuman(toPeople)] : []),
    ...(toAgents.length > 0 ? [transferToAgent(toAgents)] : []),
    RESOLVE,
  ];
}

/** The name of the tool whose absence makes a promise of a person a lie. */
export const TRANSFER_TO_HUMAN = 'transfer_to_human';

function transferToHuman(rules: readonly TransferChoice[]): Tool {
  const labels = rules.map((_, n) => `rule_${n + 1}`);
  const when = rules.map((rule, n) => `${labels[n]}: ${rule.instructions}`);
  const schema = rules.length > 0 ? Reason.extend({ rule: z.enum(labels as [string]).nullable() }) : Reason;
  return declare({
    name: TRANSFER_TO_HUMAN,
    description: [
      'Hands the conversation over to a person of the team. Use it when the customer asks for a person, or when you cannot help.',
      ...(when.length > 0 ? ['Rules of the business (name the one that applies, or null):', ...when] : []),
      'Tell the customer about it in your reply.',
    ].join('\n'),
    schema,
    effectOf: (args) => {
      const rule = 'rule' in args ? rules[labels.indexOf(String(args.rule))] : undefined;
      return { kind: 'HUMAN', userId: rule?.userId ?? null, reason: args.reason };
    },
    done: 'A person takes over once your reply is sent.',
  });
}

function transferToAgent(rules: readonly TransferChoice[]): Tool {
  const labels = rules.map((_, n) => `rule_${n + 1}`);
  const when = rules.map((rule, n) => `${labels[n]} (to ${rule.target!.name}): ${rule.instructions}`);
  return declare({
    name: 'transfer_to_agent',
    description: [
      'Hands the conversation over to another agent of the business, by one of these rules:',
      ...when,
      'Tell the customer about it in your reply; the other agent goes on at once.',
    ].join('\n'),
    schema: Reason.extend({ rule: z.enum(labels as [string]) }),
    effectOf: (args) => {
      const rule = rules[labels.indexOf(args.rule)]!;
      const { id: agentId, name: agentName } = rule.target!;
      return { kind: 'AGENT', agentId, agentName, returnOnFinish: rule.returnOnFinish, reason: args.reason };
    },
    done: 'The other agent takes over once your reply is sent.',
  });
}

const RESOLVE = declare({
  name: 'resolve',
  description:
    'Marks the matter as settled. Use it only when the customer says or clearly shows that nothing is left to do.',
  schema: z.strictObject({}),
  effectOf: () => ({ kind: 'RESOLVE' }),
  done: 'The matter is closed once your reply is sent.',
});

/** A tool whose whole effect is what its turn does when it is settled: nothing happens before, so it may be repeated. */
function declare<S extends z.ZodObject>(input: {
  readonly name: string;
  readonly description: string;
  readonly schema: S;
  readonly effectOf: (args: z.infer<S>) => Effect;
  readonly done: string;
}): Tool {
  const { schema, effectOf, done } = input;
  const { $schema: _, ...parameters } = z.toJSONSchema(schema) as Record<string, unknown>;
  return {
    offer: { name: input.name, description: input.description, parameters },
    kind: 'repeatable',
    check: (args) => readArguments(schema, args),
    run: async (_context, args): Promise<ToolOutcome> => ({
      value: { ok: true, note: done },
      effect: effectOf(args as z.infer<S>),
    }),
  };
}

/** Strict arguments, or one line that says what is wrong with them. */
export function readArguments<S extends z.ZodType>(
  schema: S,
  args: Readonly<Record<string, unknown>>,
): { readonly problem: string } | { readonly args: z.infer<S> } {
  const parsed = schema.safeParse(args);
  if (parsed.success) return { args: parsed.data };
  return { problem: parsed.error.issues.map((i) => `${i.path.join('.') || 'arguments'}: ${i.message}`).join('; ') };
}
