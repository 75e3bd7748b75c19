/** A message to store, addressed by the aliases of whom it is exchanged with. */
export interface Addressed {
  readonly workspaceId: string;
  readonly channelId: string;
  /** Phone JID first, then LID. Never empty. */
  readonly aliases: readonly string[];
}

/** Everyone who wrote in one batch: who shares an alias is one person. */
export interface Sender {
  readonly workspaceId: string;
  readonly channelId: string;
  /** Distinct, the preferred (first seen first) in front. */
  readonly aliases: readonly string[];
  /** Positions in the input, in arrival order. */
  readonly members: readonly number[];
}

/**
 * Groups a batch by person (same channel, at least one alias in common, transitively), ordered by key so that two
 * batches take their row locks in the same order.
 */
export function groupSenders(batch: readonly Addressed[]): Sender[] {
  const parent = batch.map((_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    parent[i] = root;
    return root;
  };
  const seen = new Map<string, number>();
  batch.forEach((message, i) => {
    for (const alias of message.aliases) {
      const key = `${message.workspaceId} ${message.channelId} ${alias}`;
      const other = seen.get(key);
      if (other === undefined) seen.set(key, i);
      else parent[find(i)] = find(other);
    }
  });

  const senders = new Map<
    number,
    { workspaceId: string; channelId: string; aliases: Set<string>; members: number[] }
  >();
  batch.forEach((message, i) => {
    const root = find(i);
    const sender = senders.get(root) ?? { ...message, aliases: new Set<string>(), members: [] };
    for (const alias of message.aliases) sender.aliases.add(alias);
    sender.members.push(i);
    senders.set(root, sender);
  });
  const key = (s: Sender) => `${s.workspaceId} ${s.channelId} ${[...s.aliases].sort()[0]}`;
  return [...senders.values()]
    .map(({ workspaceId, channelId, aliases, members }) => ({ workspaceId, channelId, aliases: [...aliases], members }))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
