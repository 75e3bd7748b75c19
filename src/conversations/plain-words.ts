/** Text as a trigger is compared: without accents, case and doubled or outer space. */
export function plainWords(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Whether `text` holds the words of `trigger`; an empty trigger is in nothing. */
export function containsWords(text: string, trigger: string | null): boolean {
  const words = plainWords(trigger ?? '');
  return words !== '' && plainWords(text).includes(words);
}
