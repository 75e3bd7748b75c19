import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';

/** Everything a terminal or a line-based reader acts upon. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function record(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let written = '';
  write(createLogger('trace', { write: (line) => (written += line) }));
  return written;
}

describe('the log', () => {
  it.each([
    { name: 'a line end', input: 'Ana\r\n{"level":60,"msg":"all is lost"}' },
    { name: 'an escape sequence', input: 'Ana\u001b[2J\u001b]0;owned\u0007' },
    { name: 'a C1 escape sequence', input: 'Ana\u009b2J\u0085next' },
    { name: 'a line end of JavaScript', input: 'Ana\u2028next\u2029last' },
    { name: 'a turned reading direction', input: 'Ana\u202egnp.exe\u2066' },
    { name: 'NUL, DEL and a lone surrogate', input: 'A\u0000n\u007fa' },
    { name: 'a quote and a backslash', input: 'Ana","level":60,"x":"\\' },
  ])('stays one line an event with $name', ({ input }) => {
    const written = record((logger) => {
      logger.warn({ name: input, [input]: input, list: [input] }, input);
      logger.error({ err: new Error(input) }, 'failed');
    });
    expect(written).not.toMatch(ACTS);
    const lines = written.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toMatchObject({ level: 40, msg: input, name: input, [input]: input, list: [input] });
    expect(second).toMatchObject({ level: 50, msg: 'failed', err: { message: input } });
  });

  it('shows no secret', () => {
    const written = record((logger) =>
      logger.info(
        { body: { password: 'canary', token: 'canary', apikey: 'canary' }, req: { headers: 'canary' } },
        'seen',
      ),
    );
    expect(written).not.toContain('canary');
  });
});
