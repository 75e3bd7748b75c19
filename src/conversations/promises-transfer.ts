/** Who takes over, as the three languages name them. */
const WHO =
  '(?:atendentes?|humanos?|pessoas?|especialistas?|colegas?|equipe|time|consultor(?:a|es)?|vendedor(?:a|es)?|gerente|asesor(?:a|es)?|agente humano|persona|compañer[oa]s?|equipo|humans?|persons?|someone|agents?|colleagues?|representatives?|specialists?|team)';
const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const folded = (source: string) => new RegExp(fold(source), 'u');

/** First person, present or near future, of handing over: not an offer ("posso transferir?"), not a condition. */
const PROMISES: readonly RegExp[] = [
  folded(
    `\\b(?:vou|irei|estou|vamos|ja vou)\\s+(?:te\\s+|lhe\\s+|o\\s+|a\\s+|agora\\s+)*(?:transferi(?:r|ndo)|transferi-l[oa]|encaminha(?:r|ndo)|encaminha-l[oa]|passa(?:r|ndo)|direciona(?:r|ndo)|chama(?:r|ndo))\\b[^.!?]{0,60}\\b${WHO}\\b`,
  ),
  folded(
    '\\b(?:vou|irei|estou|vamos)\\s+(?:te\\s+|lhe\\s+|o\\s+|a\\s+|agora\\s+)*(?:transferir|transferindo|transferi-l[oa])\\b(?![^.!?]*\\b(?:valor|dinheiro|pix|pagamento|credito)\\b)',
  ),
  folded('\\b(?:transferindo|encaminhando)\\s+(?:voce|seu atendimento|sua conversa|o atendimento|a conversa)\\b'),
  folded(
    `\\b(?:um|uma|nosso|nossa)\\s+${WHO}\\s+(?:humano\\s+|humana\\s+)?(?:vai|ira|ja vai)\\s+(?:te\\s+|lhe\\s+|o\\s+|a\\s+)?(?:atender|atende-l[oa]|assumir|responder|continuar|falar)`,
  ),
  folded(
    `\\b(?:voy a|vamos a|estoy)\\s+(?:transferir(?:te|lo|la|le)?|transfiriendo(?:te|lo|la|le)?|pasar(?:te|lo|la|le)?|pasando(?:te|lo|la|le)?|derivar(?:te|lo|la|le)?|derivando(?:te|lo|la|le)?|comunicar(?:te|lo|la|le)?)\\b[^.!?]{0,60}\\b${WHO}\\b`,
  ),
  folded('\\b(?:te|lo|la|le)\\s+(?:transfiero|paso|derivo|comunico)\\s+(?:con|a)\\b'),
  folded(
    `\\b(?:i'?ll|i will|i'?m|i am|let me|we'?ll|we will)\\s+(?:now\\s+)?(?:transfer(?:ring)?|connect(?:ing)?|hand(?:ing)?|pass(?:ing)?|put(?:ting)?|forward(?:ing)?|escalat(?:e|ing))\\b[^.!?]{0,60}\\b${WHO}\\b`,
  ),
  folded("\\b(?:i'?ll|i will|i'?m|i am)\\s+(?:now\\s+)?transfer(?:ring)? (?:you|your|this)\\b"),
];

/** Whether a reply promises that a person takes over (Portuguese, Spanish, English); a question or an offer is none. */
export function promisesTransfer(text: string): boolean {
  const sentences = fold(text).split(/(?<=[.!?\n])/);
  return sentences.some((sentence) => !sentence.trim().endsWith('?') && PROMISES.some((p) => p.test(sentence)));
}
