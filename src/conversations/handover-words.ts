const WORDS = {
  pt: 'Vou chamar uma pessoa da nossa equipe para continuar o seu atendimento.',
  es: 'Voy a llamar a una persona de nuestro equipo para que continúe con su atención.',
  en: 'I will ask a member of our team to go on with you.',
} as const;

/** Small words that the other two languages do not have. */
const SPANISH =
  /\b(el|los|las|una?s|usted|ustedes|hola|gracias|quiero|puede|pueden|cuánto|cuanto cuesta|dónde|y|mi|muy|hay)\b|[¿¡ñ]/giu;
const ENGLISH =
  /\b(the|and|is|are|you|your|hello|hi|please|what|how|when|where|can|do|does|have|want|thanks|thank)\b/giu;
const PORTUGUESE =
  /\b(o|os|as|um|uma|você|voce|vocês|oi|olá|obrigad[oa]|quero|pode|podem|quanto|onde|e|não|nao|meu|muito|tem|com)\b|[ãõç]/giu;

/** What a customer reads who is handed over because the agent failed: in the language they wrote, else in Portuguese. */
export function handoverWords(said: readonly { readonly text: string }[]): string {
  const text = said.map((line) => line.text).join(' ');
  const score = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const [pt, es, en] = [score(PORTUGUESE), score(SPANISH), score(ENGLISH)];
  if (es > pt && es >= en) return WORDS.es;
  return en > pt ? WORDS.en : WORDS.pt;
}
