/** What the settings of a channel say about groups. */
export interface GroupRules {
  readonly enableGroupsResponse: boolean | null;
  /** `MENTION`: only what mentions the number or quotes a message of it; anything else: everything. */
  readonly replyGroupsType: string | null;
}

/** Why the agent does not answer in this chat of a group, or null. `inbound` is what the turn is about. */
export function judgeGroup(
  rules: GroupRules,
  inbound: readonly { readonly content?: unknown }[],
): 'group_ignored' | 'not_addressed' | null {
  if (rules.enableGroupsResponse !== true) return 'group_ignored';
  if (rules.replyGroupsType?.trim().toUpperCase() !== 'MENTION') return null;
  return inbound.some(({ content }) => (content as { addressed?: unknown } | null | undefined)?.addressed === true)
    ? null
    : 'not_addressed';
}

/** True for the address of a group. */
export function isGroup(address: string): boolean {
  return address.endsWith('@g.us');
}
