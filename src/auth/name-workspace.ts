const NAMES: Readonly<Record<string, (name: string) => string>> = {
  pt: (name) => `Espaço de ${name}`,
  es: (name) => `Espacio de ${name}`,
  en: (name) => `${name}'s workspace`,
};

/** The name of a person's first workspace in the first language of Accept-Language that we speak (English if none). */
export function nameWorkspace(name: string, acceptLanguage: string | undefined): string {
  const languages = (acceptLanguage ?? '').slice(0, 200).split(',');
  for (const language of languages) {
    const tag = language.trim().slice(0, 2).toLowerCase();
    if (Object.hasOwn(NAMES, tag)) return NAMES[tag]!(name);
  }
  return NAMES['en']!(name);
}
