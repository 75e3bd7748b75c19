/** A bubble longer than this is hard to read on a phone. */
const COMFORTABLE = 480;
/** WhatsApp refuses longer text. */
const LIMIT = 4_000;
/** More bubbles than this in a row is a flood. */
const MOST_PARTS = 6;

/**
 * Splits a reply into WhatsApp-sized bubbles: at blank lines first, then at line ends, then at sentence ends. Lists and
 * code blocks stay whole where they fit, short paragraphs are joined up to a comfortable size, and never more than six
 * bubbles leave. With `split` false one bubble leaves, unless WhatsApp's limit forces more. Blank text gives [].
 */
export function splitMessage(text: string, split: boolean): string[] {
  const clean = text.replace(/\r\n?/g, '\n').trim();
  if (!clean) return [];
  if (!split) return chop(clean, LIMIT);
  const blocks = paragraphs(clean).flatMap((block) =>
    isIndivisible(block) ? chop(block, LIMIT) : pack(sentences(block), COMFORTABLE, ' ').flatMap((s) => chop(s, LIMIT)),
  );
  const parts = joinShort(blocks);
  if (parts.length <= MOST_PARTS) return parts;
  return [...parts.slice(0, MOST_PARTS - 1), ...chop(parts.slice(MOST_PARTS - 1).join('\n\n'), LIMIT)];
}

const length = (text: string) => [...text].length;

/** Blocks between blank lines; a fenced code block is one block, blank lines and all. */
function paragraphs(text: string): string[] {
  const blocks: string[] = [];
  let current: string[] = [];
  let fenced = false;
  const close = () => {
    const block = current.join('\n').trim();
    if (block) blocks.push(block);
    current = [];
  };
  for (const line of text.split('\n')) {
    if (line.trimStart().startsWith('```')) fenced = !fenced;
    if (!fenced && line.trim() === '') close();
    else current.push(line);
  }
  close();
  return blocks;
}

const isListLine = (line: string) => /^\s*([-*•–]|\d{1,3}[.)])\s+/.test(line);

function isIndivisible(block: string): boolean {
  return block.includes('```') || block.split('\n').some(isListLine) || length(block) <= COMFORTABLE;
}

/** Lines, and inside long lines sentences by the Unicode rules. */
function sentences(block: string): string[] {
  const segmenter = new Intl.Segmenter('pt', { granularity: 'sentence' });
  return block
    .split('\n')
    .flatMap((line) => [...segmenter.segment(line)].map((s) => s.segment.trim()))
    .filter(Boolean);
}

/** Joins pieces with `glue` while they fit `size`. */
function pack(pieces: readonly string[], size: number, glue: string): string[] {
  const packed: string[] = [];
  for (const piece of pieces) {
    const last = packed.at(-1);
    if (last !== undefined && length(last) + glue.length + length(piece) <= size)
      packed[packed.length - 1] = last + glue + piece;
    else packed.push(piece);
  }
  return packed;
}

/** A heading, greeting or single line does not deserve a bubble of its own next to a short neighbour. */
const SHORT = 60;

function joinShort(blocks: readonly string[]): string[] {
  const joined: string[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last !== undefined && length(last) <= SHORT && length(last) + length(block) + 2 <= COMFORTABLE)
      joined[joined.length - 1] = `${last}\n\n${block}`;
    else joined.push(block);
  }
  return joined;
}

/** Cuts at `size` code points, at a space where there is one in the last fifth. */
function chop(text: string, size: number): string[] {
  const points = [...text];
  if (points.length <= size) return [text];
  const pieces: string[] = [];
  let rest = points;
  while (rest.length > size) {
    const window = rest.slice(0, size);
    const space = window.findLastIndex((c) => /\s/.test(c));
    const cut = space > size * 0.8 ? space : size;
    pieces.push(rest.slice(0, cut).join('').trim());
    rest = rest.slice(cut);
  }
  pieces.push(rest.join('').trim());
  return pieces.filter(Boolean);
}
