/** What a programmer may write where a field is named: a letter or an underscore, then digits too. */
export const JSON_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** A name for programs made from a name for people: "Data de nascimento" gives "data_de_nascimento". Always fits JSON_NAME. */
export function toJsonName(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64)
    .replace(/_+$/, '');
  if (slug === '') return 'field';
  return /^\d/.test(slug) ? `_${slug}`.slice(0, 64) : slug;
}
