import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** Where a number without a country code is from: the product's home. */
const HOME: CountryCode = 'BR';
/** Area code and eight digits that begin like a mobile's: the form before the ninth digit, which no plan knows any more. */
const OLD_MOBILE = /^(?:55)?([1-9][1-9])([6-9]\d{7})$/;

/**
 * The digits of a phone number with country code, as the gateway wants them; undefined for what cannot be a number. Takes
 * what people type: with or without +, country code, punctuation and the Brazilian ninth digit.
 */
export function normalisePhone(typed: string): string | undefined {
  const value = typed.trim().replace(/@(s\.whatsapp\.net|c\.us)$/, '');
  const digits = value.replace(/\D/g, '');
  // Letters are a name or a vanity number; neither is guessed at.
  if (/\p{L}/u.test(value) || digits.length > 15) return undefined;
  return valid(value) ?? withNinthDigit(digits) ?? valid(`+${digits}`);
}

function valid(value: string): string | undefined {
  const number = parsePhoneNumberFromString(value, HOME);
  return number?.isValid() ? number.number.slice(1) : undefined;
}

function withNinthDigit(digits: string): string | undefined {
  const [, area, local] = OLD_MOBILE.exec(digits) ?? [];
  return area ? valid(`+55${area}9${local}`) : undefined;
}
