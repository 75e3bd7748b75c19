/** A brisk typist's pace on a phone, ms per character. */
const MS_PER_CHARACTER = 30;
const SHORTEST_MS = 700;
/** Phones show "typing" for about 20 s; longer than a few seconds only annoys. */
const LONGEST_MS = 6_000;

/** How long to show "typing" before a part goes out, in ms. */
export function typingDelay(text: string): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, [...text].length * MS_PER_CHARACTER));
}
