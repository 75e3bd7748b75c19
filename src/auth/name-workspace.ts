import { type Language, readLanguage } from '../common/language.js';

const NAMES: Readonly<Record<Language, (name: string) => string>> = {
  pt: (name) => `Espaço de ${name}`,
  es: (name) => `Espacio de ${name}`,
  en: (name) => `${name}'s workspace`,
};

/** The name of a person's first workspace in the first language of Accept-Language that we speak (English if none). */
export function nameWorkspace(name: string, acceptLanguage: string | undefined): string {
  return NAMES[readLanguage(acceptLanguage)](name);
}
