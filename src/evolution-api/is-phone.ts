const PHONES: readonly unknown[] = ['android', 'ios'];

/** Whether a frame's `source` (guessed by the gateway from the id's form) is a phone's own app, which no program's send is. */
export function isPhone(source: unknown): boolean {
  return PHONES.includes(source);
}
