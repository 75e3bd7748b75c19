import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from './app-error.js';
import { translate } from './sentences.js';

const SRC = join(import.meta.dirname, '..');
/** Files whose sentences go to operators and developers, in English. */
const NOT_FOR_CALLERS =
  /^(prisma|evolution-api|openai|jobs|mail)\/|^(config|main|welcome|stand-ins\.server|rotate-secrets|common\/example-of)\.ts$|\.(queries|controller)\.ts$/;

const LITERAL = `(?:'((?:[^'\\\\\\n]|\\\\.)+)'|"((?:[^"\\\\\\n]|\\\\.)+)")`;
/** Where a sentence of ours stands that a caller may read. The last two: what a judge answers, if it is a
 * whole sentence, and anything that reads like a sentence about a field. */
const PLACES = [
  `new AppError\\(\\s*[^;]{0,120}?,\\s*${LITERAL}`,
  `\\bmessage: ${LITERAL}`,
  `\\.(?:refine|regex)\\([^;]{0,200}?,\\s*${LITERAL}\\s*,?\\)`,
  `return ${LITERAL}`,
  LITERAL,
];
/** What our sentences about a field begin with; the rest is a word, a code or a name. */
const FIELD_SENTENCE = /^(is|must|may|has|cannot|name|takes|create|belongs|ends|begins|overlaps|holds|needs) [^<>=]+$/;

/** Every sentence in the sources that a caller may read, with the files it stands in. */
function findSentences(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.includes('generated/') && !file.endsWith('.spec.ts'))
    .filter((file) => !NOT_FOR_CALLERS.test(file));
  for (const file of files) {
    const source = readFileSync(join(SRC, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    PLACES.forEach((place, n) => {
      for (const [, single, double] of source.matchAll(new RegExp(place, 'g'))) {
        const sentence = (single ?? double)!.replaceAll(/\\(.)/g, '$1');
        const isSentence =
          / /.test(sentence) && (n < 3 || (n === 3 && /^[A-Z].*\.$/.test(sentence)) || FIELD_SENTENCE.test(sentence));
        if (isSentence) found.set(sentence, [...(found.get(sentence) ?? []), file]);
      }
    });
  }
  return found;
}

describe('translate', () => {
  it('speaks Portuguese and Spanish for every error', () => {
    const missing = Object.values(ERRORS)
      .map(({ title }) => title)
      .filter((title) => translate(title, 'pt') === title || translate(title, 'es') === title);
    expect(missing).toEqual([]);
  });

  it('knows every sentence of the sources that a caller may read', () => {
    const sentences = findSentences();
    expect(sentences.size).toBeGreaterThan(60);
    const missing = [...sentences].filter(([sentence]) => translate(sentence, 'pt') === sentence);
    expect(missing.map(([sentence, files]) => `${sentence}  (${files[0]})`)).toEqual([]);
  });

  it('leaves English, and what it does not know, as it is', () => {
    expect(translate('Not found', 'en')).toBe('Not found');
    expect(translate('never heard of', 'pt')).toBe('never heard of');
    expect(translate('constructor', 'es')).toBe('constructor');
  });
});
