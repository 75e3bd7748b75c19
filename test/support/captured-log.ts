import { type Logger, symbols } from 'pino';
import { LOGGER } from '../../src/common/logger.js';
import type { TestApp } from './test-app.js';

/** Every line the application logs from now on, down to the finest, instead of on stdout. */
export function captureLog(app: TestApp): readonly string[] {
  const lines: string[] = [];
  const logger = app.app.get<Logger>(LOGGER);
  (logger as unknown as Record<symbol, unknown>)[symbols.streamSym] = { write: (line: string) => lines.push(line) };
  logger.level = 'trace';
  return lines;
}
