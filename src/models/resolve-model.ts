/** A name settings may hold and the provider's id behind it. `shutdownAt` is the first day it is not served. */
export interface RegisteredModel {
  readonly name: string;
  readonly providerModel: string;
  readonly successor: string | null;
  readonly shutdownAt: Date | null;
}

/** OpenAI itself, or any other server that speaks its API (which may serve every vendor's models). */
export type ProviderKind = 'openai' | 'custom';

/** What one installation can serve, and when the question is asked. */
export interface ModelContext {
  readonly registry: readonly RegisteredModel[];
  readonly defaultModel: string;
  readonly provider: ProviderKind;
  readonly now: Date;
}

/**
 * The provider's id to ask for. Null means the installation's default, a registered name its id or, at OpenAI and after
 * its shutdown, its successor's; any other name is taken as a provider's id. Another server's catalogue is its own
 * business, so no successor is put in place of what it was asked for.
 */
export function resolveModel(preferred: string | null, context: ModelContext): { model: string } {
  if (preferred === null) return { model: context.defaultModel };
  let model = preferred;
  const seen = new Set<string>();
  for (let entry = find(model, context); entry && !seen.has(entry.name); entry = find(model, context)) {
    seen.add(entry.name);
    model = entry.providerModel;
    if (context.provider === 'custom' || !isGone(entry, context.now)) return { model };
    if (entry.successor === null) return { model };
    model = entry.successor;
  }
  return { model };
}

/** Why no configured provider serves this name, in a sentence; undefined when one may. */
export function whyNotServed(name: string, context: ModelContext): string | undefined {
  if (context.provider === 'custom') return undefined;
  const entry = find(name, context);
  if (!entry?.providerModel.includes('/')) return undefined;
  const vendor = entry.providerModel.slice(0, entry.providerModel.indexOf('/'));
  return `${name} is a model of ${vendor}; this installation is connected to OpenAI only. Set OPENAI_BASE_URL to a server that offers it, or choose another model`;
}

const find = (name: string, { registry }: ModelContext) => registry.find((entry) => entry.name === name);

const isGone = (entry: RegisteredModel, now: Date) => entry.shutdownAt !== null && now >= entry.shutdownAt;
