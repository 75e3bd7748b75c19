import { readErrorText } from './read-error.js';
import { readObject, readText } from './read-scalar.js';

/** What came of one POST to the gateway's send route. */
export type SendResult =
  | { readonly status: number; readonly body: unknown; readonly retryAfterMs: number | null }
  /** No answer. `bodyStarted` false proves that no byte of the message left this process. */
  | { readonly errorCode: string; readonly bodyStarted: boolean };

export type SendOutcome =
  /** Handed to WhatsApp. `remoteJid` is the address the gateway really used; keep it. */
  | { readonly class: 'sent'; readonly providerId: string; readonly remoteJid: string | null }
  /** Certainly not sent; may be tried again. `hold`: the whole channel is unusable until somebody repairs it. */
  | {
      readonly class: 'not_sent';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      readonly hold: boolean;
    }
  /** Certainly not sent, and never will be as it is. */
  | { readonly class: 'failed'; readonly reason: string }
  /** It may have been sent: never repeat it blindly, reconcile first. */
  | { readonly class: 'unknown'; readonly reason: string };

/** Failures that happen before a connection exists: nothing can have been sent. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Decides what one send attempt amounts to. The gateway has no idempotency key and answers 400 also for failures that
 * happen after WhatsApp took the message (Evolution API 2.3, sendMessageWithTyping), so only refusals that are decided
 * before the send count as definite; all else is `unknown`.
 */
export function classifySend(result: SendResult): SendOutcome {
  if ('errorCode' in result) {
    const provenUnsent = !result.bodyStarted || NEVER_CONNECTED.has(result.errorCode);
    return provenUnsent ? notSent(`unreachable: ${result.errorCode}`) : unknown(`no answer: ${result.errorCode}`);
  }
  const { status, body, retryAfterMs } = result;
  const text = `${status}: ${readErrorText(body)}`;
  if (status >= 200 && status < 300) return classifyAccepted(body, text);
  if (status >= 300 && status < 400) return notSent(text, { hold: true });
  if (status === 400) return classifyBadRequest(body, text);
  if (status === 401 || status === 403 || status === 404) return notSent(text, { hold: true });
  if (status === 413) return { class: 'failed', reason: `too_large: ${text}` };
  if (status === 429) return notSent(text, { retryAfterMs });
  if (status === 503 && readObject(body)?.['code'] === 'LICENSE_REQUIRED') return notSent(text, { hold: true });
  return unknown(text);
}

const notSent = (reason: string, more: { retryAfterMs?: number | null; hold?: boolean } = {}): SendOutcome => ({
  class: 'not_sent',
  reason,
  retryAfterMs: more.retryAfterMs ?? null,
  hold: more.hold ?? false,
});
const unknown = (reason: string): SendOutcome => ({ class: 'unknown', reason });

function classifyAccepted(body: unknown, text: string): SendOutcome {
  const answer = readObject(body);
  const key = readObject(answer?.['key']);
  const providerId = readText(key?.['id'], 256);
  if (providerId) return { class: 'sent', providerId, remoteJid: readText(key?.['remoteJid'], 128) };
  // The Business channel answers 201 with Meta's error object when Meta refuses the message.
  if (answer && typeof answer['code'] === 'number' && typeof answer['fbtrace_id'] === 'string')
    return { class: 'failed', reason: `refused: ${text}` };
  return unknown(`no message id in the answer: ${text}`);
}

/** What the send controller says of a file before it looks at the number. */
const UNUSABLE_MEDIA = /^(Owned media must be|For base64 the file name must be)/;

/** Refusals the gateway decides before it sends: its schema check (nested arrays, or {property}) and its number check. */
function classifyBadRequest(body: unknown, text: string): SendOutcome {
  const message = readObject(readObject(body)?.['response'])?.['message'];
  const items: unknown[] = Array.isArray(message) ? message : [];
  if (items.some((item) => readObject(item)?.['exists'] === false))
    return { class: 'failed', reason: `not_on_whatsapp: ${text}` };
  if (items.some((item) => typeof item === 'string' && UNUSABLE_MEDIA.test(item)))
    return { class: 'failed', reason: `invalid_request: ${text}` };
  if (items.some((item) => Array.isArray(item) || typeof readObject(item)?.['property'] === 'string'))
    return { class: 'failed', reason: `invalid_request: ${text}` };
  return unknown(text);
}
