import type { Language } from './language.js';

/** What people read in errors, by its English: [Portuguese, Spanish]. A test finds sentences that are missing here. */
const SENTENCES: Readonly<Record<string, readonly [pt: string, es: string]>> = {
  'The request cannot be understood': ['Não foi possível entender a requisição', 'No se pudo entender la solicitud'],
};

/** The sentence in a language; in English where nobody has translated it. */
export function translate(sentence: string, language: Language): string {
  if (language === 'en' || !Object.hasOwn(SENTENCES, sentence)) return sentence;
  return SENTENCES[sentence]![language === 'pt' ? 0 : 1];
}
