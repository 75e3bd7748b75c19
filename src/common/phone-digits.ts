/**
 * The digits of an international phone number as people write it ("+55 (81) 99999-0000" gives "5581999990000"), which is
 * how the gateway names phones; undefined for what cannot be one (E.164: 8 to 15 digits).
 */
export function toPhoneDigits(written: string): string | undefined {
  if (!/^\s*\+?[\d\s().-]+$/.test(written)) return undefined;
  const digits = written.replace(/\D/g, '').replace(/^00/, '');
  return digits.length >= 8 && digits.length <= 15 ? digits : undefined;
}
