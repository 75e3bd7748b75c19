const JID = '@s.whatsapp.net';

/**
 * The addresses a phone may write from, that of WhatsApp's own spelling among them: an older Brazilian mobile has no
 * ninth digit there, and Mexican and Argentine ones come with and without their extra digit.
 */
export function listPhoneAliases(digits: string): string[] {
  const variants = VARIANTS.map(([pattern, replacement]) => digits.replace(pattern, replacement));
  return [...new Set([digits, ...variants])].map((number) => number + JID);
}

const VARIANTS: readonly (readonly [RegExp, string])[] = [
  [/^55(\d\d)9([6-9]\d{7})$/, '55$1$2'],
  [/^55(\d\d)([6-9]\d{7})$/, '55$19$2'],
  [/^521(\d{10})$/, '52$1'],
  [/^52(\d{10})$/, '521$1'],
  [/^549(\d{10})$/, '54$1'],
  [/^54(\d{10})$/, '549$1'],
];

/** The addresses of whoever writes from a JID: every form of a phone's, and any other alone. */
export function listJidAliases(jid: string): string[] {
  return /^\d+@s\.whatsapp\.net$/.test(jid) ? listPhoneAliases(jid.slice(0, -JID.length)) : [jid];
}
