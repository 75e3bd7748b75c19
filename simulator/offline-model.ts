/** One message of the prompt, whichever API it came by. */
export interface OfflineMessage {
  readonly role: string;
  readonly text: string;
}

type Language = 'pt' | 'es' | 'en';

const STOP_WORDS = new Set(
  (
    'tudo bem todo bien a o as os um uma de do da dos das em no na nos nas e ou que com por para se eu voce voces tem ter ser esta este isso qual quais como quando onde ' +
    'el la los las un una y en del al por para con que cual cuales como cuando donde hay tiene tienen usted su ' +
    'the an of in on at to for and or is are do does you your i my me it this that what which how when where have has can'
  ).split(' '),
);
const GREETING =
  /^(oi+|ola|opa|bom dia|boa tarde|boa noite|hola|buenas|buenos dias|buenas tardes|hi|hello|hey|good (morning|afternoon|evening))\b/;

const WORDS: Readonly<Record<Language, { hello: string; offline: string; unknown: string }>> = {
  pt: {
    hello: 'Olá! Como posso ajudar?',
    offline: '(Sou o modelo offline de demonstração: respondo só com o que está no meu texto.)',
    unknown: 'Não encontrei isso no que me ensinaram.',
  },
  es: {
    hello: '¡Hola! ¿En qué puedo ayudar?',
    offline: '(Soy el modelo sin conexión de demostración: respondo solo con lo que dice mi texto.)',
    unknown: 'No encontré eso en lo que me enseñaron.',
  },
  en: {
    hello: 'Hello! How can I help?',
    offline: '(I am the offline demonstration model: I answer only from my own text.)',
    unknown: 'I did not find that in what I was taught.',
  },
};

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const words = (text: string) =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((w) => w.length > 1 && !STOP_WORDS.has(w))
    .map((w) => (w.length > 5 ? w.slice(0, 5) : w));

/** Lines of the prompt that the customer did not write. */
const NOTE = /^\((?:record of this customer: |reminder due now: |no new message from the customer\)).*$\n?/gm;

/**
 * Answers without a model: the sentences of the prompt's knowledge that share most words with each line the customer
 * wrote since the last answer. Deterministic; says that it is the offline model at the start and when it finds nothing.
 */
export function answerOffline(instructions: string, prompt: readonly OfflineMessage[]): string {
  const messages = prompt.map((m) => (m.role === 'user' ? { ...m, text: m.text.replace(NOTE, '') } : m));
  const lastAnswer = messages.findLastIndex((m) => m.role === 'assistant');
  const asked = messages
    .slice(lastAnswer + 1)
    .filter((m) => m.role === 'user')
    .flatMap((m) => m.text.split('\n'))
    .map((line) => line.trim())
    .filter(Boolean);
  const language = detectLanguage(asked.join(' '));
  const say = WORDS[language];
  const knowledge = sentences(instructions, messages.slice(0, lastAnswer + 1));

  const answers: string[] = [];
  let missed = false;
  for (const line of asked) {
    const isGreeting = GREETING.test(fold(line)) && words(line.replace(/^\S+/, '')).length < 2;
    const found = isGreeting ? say.hello : bestSentence(line, knowledge);
    if (!found) missed = true;
    const answer = found ?? say.unknown;
    if (!answers.includes(answer)) answers.push(answer);
  }
  if (answers.length === 0) answers.push(say.hello);
  if (lastAnswer < 0 || missed) answers.push(say.offline);
  return answers.join('\n\n');
}

/** What the customer may be told: the business and behaviour sections, and what was said before. */
function sentences(instructions: string, history: readonly OfflineMessage[]): string[] {
  const sections = instructions.split(/^# /m);
  const useful = sections.filter((s) => /^(Who you are|How you behave|Knowledge)/.test(s));
  const lines = (useful.length > 0 ? useful : sections).map((s) => s.replace(/^.*\n/, ''));
  const own = lines
    .join('\n')
    .replace(/^You are .*$/m, '')
    .replace(/^(About the business|Website): /gm, '');
  const said = history.filter((m) => m.role === 'user').map((m) => m.text);
  return [own, ...said]
    .join('\n')
    .split(/(?<=[.!?])\s+|\n+/)
    .map((s) => s.trim())
    .filter((s) => s.length > 3);
}

function bestSentence(question: string, knowledge: readonly string[]): string | undefined {
  const wanted = new Set(words(question));
  let best: { score: number; text: string } | undefined;
  for (const text of knowledge) {
    const own = new Set(words(text));
    const shared = [...wanted].filter((w) => own.has(w)).length;
    const score = shared === 0 ? 0 : shared + shared / (own.size + 1);
    if (score > (best?.score ?? 0)) best = { score, text };
  }
  return best?.text;
}

function detectLanguage(text: string): Language {
  const plain = ` ${fold(text)} `;
  if (
    /[¿¡ñ]/.test(text.toLowerCase()) ||
    / (hola|usted|ustedes|cual|donde|tienen|gracias|buenos|buenas|quiero|hay|los|las) /.test(plain)
  )
    return 'es';
  if (/ (the|what|is|are|do|does|you|hello|hi|please|how|when|where|thanks|open) /.test(plain)) return 'en';
  return 'pt';
}
