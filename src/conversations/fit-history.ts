/**
 * How many tokens a text is estimated at: a token per three characters. Portuguese takes about four with OpenAI's
 * tokenizers; three leaves room for emoji, digits and other servers' tokenizers.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 3);
}

/** What a line costs besides its text: role and separators. */
const PER_LINE = 4;

/** The newest lines that fit into `maxTokens`, whole and without a gap, oldest first. */
export function fitHistory<T extends { readonly text: string }>(lines: readonly T[], maxTokens: number): T[] {
  let left = maxTokens;
  let first = lines.length;
  while (first > 0) {
    left -= estimateTokens(lines[first - 1]!.text) + PER_LINE;
    if (left < 0) break;
    first -= 1;
  }
  return lines.slice(first);
}
