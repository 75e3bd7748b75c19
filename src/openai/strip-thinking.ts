/**
 * Text without the reasoning that compatible servers leave in it: whole `<think>` blocks, one that never ended, and one
 * whose opening tag the chat template swallowed. Outer space goes with it; other text comes back as it was.
 */
export function stripThinking(text: string): string {
  if (!/<\/?think>/i.test(text)) return text;
  return text
    .replace(/<think>[\s\S]*?<\/think>/gi, '')
    .replace(/^[\s\S]*<\/think>/i, '')
    .replace(/<think>[\s\S]*$/i, '')
    .trim();
}
