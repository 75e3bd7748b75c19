import { plainWords } from './plain-words.js';

/** A line of a chat, as the loop guard reads it. */
export interface LoopLine {
  readonly from: 'customer' | 'agent' | 'other';
  readonly text: string;
  readonly atMs: number;
}

/** So many in a row are a machine's. */
export const LOOP_LENGTH = 8;
const QUICK_MS = 3_000;

/**
 * Whether another machine seems to write: the last eight messages of the customer each came within 3 s after a part of
 * ours, or repeat the one before. What follows an own message without a word of ours between says nothing either way:
 * people write in bursts, and are not cut off for it. `lines`: oldest first.
 */
export function judgeLoop(lines: readonly LoopLine[]): boolean {
  let suspicious = 0;
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i]!;
    if (line.from === 'other') return false;
    if (line.from === 'agent') continue;
    const before = lines[i - 1];
    const previous = lines.slice(0, i).findLast(({ from }) => from === 'customer');
    const repeats = line.text !== '' && previous !== undefined && plainWords(previous.text) === plainWords(line.text);
    const isQuick = before?.from === 'agent' && line.atMs - before.atMs < QUICK_MS;
    if (isQuick || repeats) suspicious++;
    else if (before?.from !== 'customer') return false;
    if (suspicious >= LOOP_LENGTH) return true;
  }
  return false;
}
