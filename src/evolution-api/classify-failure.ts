import type { GatewayErrorKind } from './gateway-error.js';
import { readErrorText } from './read-error.js';
import { readObject } from './read-scalar.js';

/**
 * The kind of failure an answer stands for, or null when it is a success. Connect and restart answer 200 with
 * `error: true`; the gateway checks "instance exists" and "name free" before the key (Evolution API 2.3, guards).
 */
export function classifyFailure(status: number, body: unknown): GatewayErrorKind | null {
  if (status >= 200 && status < 300) return readObject(body)?.['error'] === true ? 'failed' : null;
  if (status === 401) return 'unauthorized';
  if (status === 403) return /already in use/i.test(readErrorText(body)) ? 'name_taken' : 'unauthorized';
  if (status === 404) return 'not_found';
  if (readObject(body)?.['code'] === 'LICENSE_REQUIRED') return 'licence';
  return status >= 400 && status < 500 ? 'refused' : 'failed';
}
