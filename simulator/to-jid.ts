const DOMAIN = '@s.whatsapp.net';

/**
 * The JID under which WhatsApp knows a number, as the gateway computes it: a Brazilian mobile of area code 31 or above
 * loses its ninth digit, a Mexican one its 1, an Argentine one its 9. LIDs and groups stay as they are.
 */
export function toJid(number: string): string {
  const at = number.indexOf('@');
  const domain = at < 0 ? DOMAIN : number.slice(at);
  const local = (at < 0 ? number : number.slice(0, at)).split(':')[0]!;
  if (domain !== DOMAIN) return local + domain;
  const digits = local.replace(/\D/g, '');
  return rewriteDigits(digits) + DOMAIN;
}

function rewriteDigits(digits: string): string {
  const brazil = /^55(\d\d)9([7-9]\d{7})$/.exec(digits);
  if (brazil) return Number(brazil[1]) >= 31 ? `55${brazil[1]}${brazil[2]}` : digits;
  const mexico = /^521(\d{10})$/.exec(digits);
  if (mexico) return `52${mexico[1]}`;
  const argentina = /^549(\d{10})$/.exec(digits);
  return argentina ? `54${argentina[1]}` : digits;
}
