const NUMBERED = /^(.*) \((\d{1,6})\)$/s;

/** The name of a copy, at most `max` UTF-16 units: "Bia" becomes "Bia (2)", or the first number that is not taken. */
export function nameCopy(name: string, taken: ReadonlySet<string>, max: number): string {
  const base = NUMBERED.exec(name)?.[1] ?? name;
  for (let n = 2; ; n++) {
    const ending = ` (${n})`;
    const copy =
      base
        .slice(0, max - ending.length)
        .toWellFormed()
        .replace(/\uFFFD$/, '') + ending;
    if (!taken.has(copy)) return copy;
  }
}
