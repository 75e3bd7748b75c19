import { type Dispatcher, Pool } from 'undici';
import { parseRetryAfter } from '../common/retry-after.js';
import type { JsonObject } from '../common/storable-text.js';
import { toStorableJson } from '../common/storable-text.js';
import { classifyFailure } from './classify-failure.js';
import { classifySend, type SendOutcome, type SendResult } from './classify-send.js';
import { GatewayError } from './gateway-error.js';
import type { ConnectionState } from './inbound-event.js';
import { readErrorText } from './read-error.js';
import { type FoundMessage, readFoundMessages } from './read-found-messages.js';
import { normaliseJid } from './read-identity.js';
import { readInteger, readObject, readText } from './read-scalar.js';

/** The events a channel subscribes to: each one more costs the gateway a request per message. */
export const WEBHOOK_EVENTS = [
  'QRCODE_UPDATED',
  'CONNECTION_UPDATE',
  'MESSAGES_UPSERT',
  'MESSAGES_UPDATE',
  'MESSAGES_EDITED',
  'MESSAGES_DELETE',
  'SEND_MESSAGE',
  'CALL',
] as const;

export interface EvolutionApiOptions {
  readonly url: string;
  readonly apiKey: string;
  /** Sockets to the gateway at most; a cold jump to several hundred fails. */
  readonly connections?: number;
  /** A file that is larger is not fetched. */
  readonly mediaMaxBytes?: number;
  readonly timeouts?: {
    readonly connectMs?: number;
    readonly callMs?: number;
    readonly sendMs?: number;
    readonly mediaMs?: number;
  };
}

export interface QrCode {
  readonly code: string;
  readonly pairingCode: string | null;
}

export interface CreatedInstance {
  readonly state: string | null;
  /** Null when the first code was not ready yet: it comes as an event. */
  readonly qr: QrCode | null;
  /** The instance's own key. */
  readonly token: string | null;
}

export type ConnectAnswer =
  | { readonly state: 'open' }
  | { readonly state: 'connecting'; readonly code: string | null; readonly pairingCode: string | null };

/** What a channel's configuration decides of its instance. */
export interface NumberSettings {
  readonly rejectCall: boolean;
  /** What a caller reads who is refused. */
  readonly msgCall: string;
  /** Messages of groups are dropped at the gateway. */
  readonly groupsIgnore: boolean;
}

const OTHER_SETTINGS = ['alwaysOnline', 'readMessages', 'readStatus', 'syncFullHistory'];

/** A file to send by its address. */
export interface MediaSend {
  readonly address: string;
  readonly kind: 'IMAGE' | 'VIDEO' | 'DOCUMENT';
  readonly url: string;
  readonly fileName: string;
  readonly mimetype?: string | null;
  readonly caption?: string | null;
  /** The provider's id of the message it answers to. */
  readonly quotedId?: string | null;
}

/** How the gateway knows a message. */
export interface OwnMessageKey {
  readonly remoteJid: string;
  readonly providerId: string;
}

/** A file of a message; type and name are the sender's words. */
export interface FetchedMedia {
  readonly bytes: Buffer;
  readonly mimetype: string | null;
  readonly fileName: string | null;
}

/** What WhatsApp says of a number; `jid` is its real address, which may lack the ninth digit that was asked with. */
export interface KnownNumber {
  readonly jid: string;
  readonly exists: boolean;
}

export type Presence = 'composing' | 'recording' | 'paused' | 'available' | 'unavailable';

const DEFAULT_TIMEOUTS = { connectMs: 10_000, callMs: 30_000, sendMs: 75_000, mediaMs: 60_000 };
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const DEFAULT_MEDIA_BYTES = 64 * 1024 * 1024;
/** Each holds a whole file in memory. */
const MEDIA_CONNECTIONS = 8;
const STATES: readonly unknown[] = ['connecting', 'open', 'close', 'refused'] satisfies ConnectionState[];

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: unknown;
}

/** The WhatsApp gateway (Evolution API 2.x) over one pool of sockets. Never retries and never follows a redirect. */
export class EvolutionApiClient {
  private readonly pool: Pool;
  /** Files come in answers of a size of their own, a few at a time. */
  private readonly mediaPool: Pool;
  private readonly mediaMaxBytes: number;
  private readonly basePath: string;
  private readonly apiKey: string;
  private readonly timeouts: typeof DEFAULT_TIMEOUTS;

  constructor(options: EvolutionApiOptions) {
    const url = new URL(options.url);
    this.timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.apiKey = options.apiKey;
    this.basePath = url.pathname.replace(/\/+$/, '');
    const connect = { timeout: this.timeouts.connectMs };
    this.pool = new Pool(url.origin, {
      connections: options.connections ?? 128,
      connect,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    this.mediaMaxBytes = options.mediaMaxBytes ?? DEFAULT_MEDIA_BYTES;
    this.mediaPool = new Pool(url.origin, { connections: MEDIA_CONNECTIONS, connect });
  }

  /** Whoever needs an answer has waited for it before; what is still open here ends now. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.mediaPool.destroy()]);
  }

  /** Creates a Baileys instance with our webhook and asks for a first QR code. @throws GatewayError name_taken, … */
  async createInstance(input: {
    instanceName: string;
    webhookUrl: string;
    webhookSecretHeader: { name: string; value: string };
    events?: readonly string[];
    /** The phone that will link by a typed code: its socket is opened for that, and the codes come with a pairing code. */
    number?: string;
    settings: NumberSettings;
  }): Promise<CreatedInstance> {
    const { name, value } = input.webhookSecretHeader;
    const answer = await this.call('POST', '/instance/create', {
      instanceName: input.instanceName,
      integration: 'WHATSAPP-BAILEYS',
      qrcode: true,
      ...(input.number !== undefined && { number: input.number }),
      ...input.settings,
      alwaysOnline: false,
      readMessages: false,
      readStatus: false,
      syncFullHistory: false,
      webhook: {
        url: input.webhookUrl,
        byEvents: false,
        base64: false,
        headers: { [name]: value },
        events: [...(input.events ?? WEBHOOK_EVENTS)],
      },
    });
    const hash = answer?.['hash'];
    const code = readQr(readObject(answer?.['qrcode']));
    return {
      state: readText(readObject(answer?.['instance'])?.['status'], 32),
      qr: code.code === null ? null : { code: code.code, pairingCode: code.pairingCode },
      token: readText(hash, 256) ?? readText(readObject(hash)?.['apikey'], 256),
    };
  }

  /** Points the webhook at `url` again. The headers are left out, so that the gateway keeps the secret it has. */
  async setWebhook(instance: string, input: { url: string; events?: readonly string[] }): Promise<void> {
    await this.call('POST', `/webhook/set/${encodeURIComponent(instance)}`, {
      webhook: {
        enabled: true,
        url: input.url,
        byEvents: false,
        base64: false,
        events: [...(input.events ?? WEBHOOK_EVENTS)],
      },
    });
  }

  /** Where the gateway posts an instance's events, and which; null when it posts none. */
  async findWebhook(instance: string): Promise<{ readonly url: string; readonly events: readonly unknown[] } | null> {
    const answer = await this.call('GET', `/webhook/find/${encodeURIComponent(instance)}`);
    const url = readText(answer?.['url'], 2_048);
    const events = answer?.['events'];
    return url && answer?.['enabled'] === true ? { url, events: Array.isArray(events) ? events : [] } : null;
  }

  /** Opens the socket if need be and answers the newest code (null when none is ready yet), or that it is open. */
  async connect(instance: string, number?: string): Promise<ConnectAnswer> {
    const query = number ? `?number=${encodeURIComponent(number)}` : '';
    const answer = await this.call('GET', `/instance/connect/${encodeURIComponent(instance)}${query}`);
    if (readObject(answer?.['instance'])?.['state'] === 'open') return { state: 'open' };
    return { state: 'connecting', ...readQr(answer) };
  }

  /** The state in the gateway's memory (a dead link may still say open); null when the instance is not loaded. */
  async connectionState(instance: string): Promise<ConnectionState | null> {
    const answer = await this.call('GET', `/instance/connectionState/${encodeURIComponent(instance)}`);
    const state = readObject(answer?.['instance'])?.['state'];
    return STATES.includes(state) ? (state as ConnectionState) : null;
  }

  /** Unlinks the phone. Not being linked is success. */
  async logout(instance: string): Promise<void> {
    await this.call('DELETE', `/instance/logout/${encodeURIComponent(instance)}`).catch((error: unknown) => {
      const unlinked = error instanceof GatewayError && error.kind === 'refused' && /not connected/i.test(error.text);
      if (!unlinked) throw error;
    });
  }

  /** Deletes the instance and what the gateway stored of it. Not existing is success. */
  async deleteInstance(instance: string): Promise<void> {
    await this.call('DELETE', `/instance/delete/${encodeURIComponent(instance)}`).catch((error: unknown) => {
      if (!(error instanceof GatewayError && error.kind === 'not_found')) throw error;
    });
  }

  /** Closes the instance's socket and connects again. */
  async restart(instance: string): Promise<void> {
    await this.call('POST', `/instance/restart/${encodeURIComponent(instance)}`);
  }

  /**
   * Sends one text: one POST, no delay in the gateway (it would outlive our timeout), no link preview (the gateway would
   * fetch the address). Never throws; what the answer, or its absence, proves is in the outcome.
   */
  async sendText(
    instance: string,
    input: { address: string; text: string; quotedId?: string | null },
  ): Promise<SendOutcome> {
    const path = `/message/sendText/${encodeURIComponent(instance)}`;
    const payload = { number: input.address, text: input.text, delay: 0, linkPreview: false, ...quote(input.quotedId) };
    return classifySend(await this.postSend(path, payload));
  }

  /**
   * Sends a picture, video or document that the gateway fetches from `url`; as `sendText`, one POST that never throws.
   * `fileName` needs an extension the gateway knows: it makes the file's type from it (see `nameFile`).
   */
  async sendMedia(instance: string, input: MediaSend): Promise<SendOutcome> {
    const path = `/message/sendMedia/${encodeURIComponent(instance)}`;
    const { address, kind, url, fileName, mimetype, caption, quotedId } = input;
    const payload = {
      number: address,
      mediatype: kind.toLowerCase(),
      media: url,
      fileName,
      ...(mimetype ? { mimetype } : {}),
      ...(caption ? { caption } : {}),
      delay: 0,
      ...quote(quotedId),
    };
    return classifySend(await this.postSend(path, payload));
  }

  /** Sends a voice note, which the gateway fetches from `url` and encodes anew. Gateways before 2.4 drop the quote. */
  async sendVoice(
    instance: string,
    input: { address: string; url: string; quotedId?: string | null },
  ): Promise<SendOutcome> {
    const path = `/message/sendWhatsAppAudio/${encodeURIComponent(instance)}`;
    const payload = { number: input.address, audio: input.url, delay: 0, ...quote(input.quotedId) };
    return classifySend(await this.postSend(path, payload));
  }

  /**
   * Replaces the text or caption of a message of ours; WhatsApp allows it for 15 minutes. `remoteJid` has to be the form
   * the gateway stored. @throws GatewayError refused, …
   */
  async updateMessage(instance: string, input: OwnMessageKey & { text: string }): Promise<void> {
    const { remoteJid, providerId: id, text } = input;
    const payload = { number: remoteJid, key: { id, remoteJid, fromMe: true }, text };
    await this.call('POST', `/chat/updateMessage/${encodeURIComponent(instance)}`, payload);
  }

  /** Takes a message of ours back from everyone's phone. @throws GatewayError refused, … */
  async deleteMessageForEveryone(instance: string, { remoteJid, providerId: id }: OwnMessageKey): Promise<void> {
    const path = `/chat/deleteMessageForEveryone/${encodeURIComponent(instance)}`;
    await this.call('DELETE', path, { id, remoteJid, fromMe: true });
  }

  /** Who of these numbers is on WhatsApp, and under which JID; digits with country code. Asking in bulk gets accounts banned. */
  async whatsappNumbers(instance: string, numbers: readonly string[]): Promise<KnownNumber[]> {
    const path = `/chat/whatsappNumbers/${encodeURIComponent(instance)}`;
    const { body, status } = await this.callRaw('POST', path, { numbers });
    if (!Array.isArray(body)) throw new GatewayError('failed', status, 'no list of numbers in the answer');
    return body.flatMap((row: unknown): KnownNumber[] => {
      const jid = normaliseJid(readObject(row)?.['jid']);
      return jid ? [{ jid, exists: readObject(row)?.['exists'] === true }] : [];
    });
  }

  /** Shows a customer's messages as read on their phone. Gateways up to 2.3.7 skip LIDs without a word. */
  async markMessageAsRead(instance: string, messages: readonly OwnMessageKey[]): Promise<void> {
    const readMessages = messages.map(({ remoteJid, providerId: id }) => ({ remoteJid, fromMe: false, id }));
    await this.call('POST', `/chat/markMessageAsRead/${encodeURIComponent(instance)}`, { readMessages });
  }

  /** Shows "typing" for `delayMs` and resolves after it (the gateway blocks that long; phones show 20 s at most). */
  async sendPresence(instance: string, input: { address: string; presence: Presence; delayMs: number }): Promise<void> {
    const payload = { number: input.address, presence: input.presence, delay: Math.max(0, Math.round(input.delayMs)) };
    const path = `/chat/sendPresence/${encodeURIComponent(instance)}`;
    await this.call('POST', path, payload, this.timeouts.callMs + payload.delay);
  }

  /** Stored messages of one chat in a time window, newest first as the gateway gives them; ms since 1970. */
  async findMessages(
    instance: string,
    input: { remoteJid: string; fromMe?: true; fromMs: number; toMs: number; limit: number },
  ): Promise<FoundMessage[]> {
    const { remoteJid, fromMe } = input;
    return this.find(instance, {
      // The gateway ignores one bound without the other, and ignores `fromMe: false`.
      where: {
        key: { remoteJid, ...(fromMe ? { fromMe } : {}) },
        messageTimestamp: { gte: new Date(input.fromMs).toISOString(), lte: new Date(input.toMs).toISOString() },
      },
      page: 1,
      offset: input.limit,
    });
  }

  /** One page of all that is stored of a time window (ms since 1970), newest first, in the shape of `messages.upsert`. */
  async findPage(
    instance: string,
    { fromMs, toMs, page, size }: { fromMs: number; toMs: number; page: number; size: number },
  ): Promise<{ readonly records: readonly unknown[]; readonly pages: number }> {
    const answer = await this.callRaw('POST', `/chat/findMessages/${encodeURIComponent(instance)}`, {
      where: { messageTimestamp: { gte: new Date(fromMs).toISOString(), lte: new Date(toMs).toISOString() } },
      page,
      offset: size,
    });
    const found = readObject(readObject(answer.body)?.['messages']);
    const records = found?.['records'];
    if (!Array.isArray(records)) throw new GatewayError('failed', answer.status, 'no list of messages in the answer');
    return { records, pages: readInteger(found?.['pages']) ?? 1 };
  }

  /** One stored message by its WhatsApp id; null when the gateway does not have it (it may store nothing at all). */
  async findMessageById(instance: string, providerId: string): Promise<FoundMessage | null> {
    const found = await this.find(instance, { where: { key: { id: providerId } }, page: 1, offset: 10 });
    return found.find((message) => message.providerId === providerId) ?? null;
  }

  /** Changes what we decide of an instance's settings; the gateway wants all of them, so the others are asked for first. */
  async setSettings(instance: string, settings: NumberSettings): Promise<void> {
    const current = (await this.fetchSettings(instance)) ?? {};
    const kept = OTHER_SETTINGS.map((name) => [name, current[name] === true]);
    await this.call('POST', `/settings/set/${encodeURIComponent(instance)}`, {
      ...Object.fromEntries(kept),
      ...settings,
    });
  }

  /**
   * The file of a stored message, decrypted; null when the gateway has none to give (2.3.7 answers `null`). The gateway
   * tries twice by itself and takes its time. @throws GatewayError refused ("Message not found": its row may still be on
   * its way), too_large, …
   */
  async fetchMedia(instance: string, providerId: string): Promise<FetchedMedia | null> {
    const path = `/chat/getBase64FromMediaMessage/${encodeURIComponent(instance)}`;
    const payload = { message: { key: { id: providerId } }, convertToMp4: false };
    const answer = await this.callRaw('POST', path, payload, this.timeouts.mediaMs, this.mediaPool);
    const body = readObject(answer.body);
    const base64 = body?.['base64'];
    if (typeof base64 !== 'string' || base64 === '') return null;
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length > this.mediaMaxBytes) throw new GatewayError('too_large', answer.status, 'the file is too large');
    return { bytes, mimetype: readText(body?.['mimetype'], 256), fileName: readText(body?.['fileName'], 1_000) };
  }

  /** The instance's settings; null when it has none. */
  async fetchSettings(instance: string): Promise<JsonObject | null> {
    const answer = await this.call('GET', `/settings/find/${encodeURIComponent(instance)}`);
    return answer ? (toStorableJson(answer) as JsonObject) : null;
  }

  /** The gateway's version ("2.3.6"); null when it does not tell. */
  async version(): Promise<string | null> {
    return readText((await this.call('GET', '/'))?.['version'], 64);
  }

  private async find(instance: string, query: object): Promise<FoundMessage[]> {
    const answer = await this.callRaw('POST', `/chat/findMessages/${encodeURIComponent(instance)}`, query);
    const found = readFoundMessages(answer.body, Date.now());
    if (!found) throw new GatewayError('failed', answer.status, 'no list of messages in the answer');
    return found;
  }

  private async call(
    method: Dispatcher.HttpMethod,
    path: string,
    payload?: object,
    timeoutMs?: number,
  ): Promise<Record<string, unknown> | null> {
    return readObject((await this.callRaw(method, path, payload, timeoutMs)).body);
  }

  private async callRaw(
    method: Dispatcher.HttpMethod,
    path: string,
    payload?: object,
    timeoutMs = this.timeouts.callMs,
    pool = this.pool,
  ): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await this.request(method, path, payload ? JSON.stringify(payload) : null, timeoutMs, pool);
    } catch (error) {
      const code = readErrorCode(error);
      throw new GatewayError(code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? 'too_large' : 'unreachable', null, code, error);
    }
    const kind = classifyFailure(answer.status, answer.body);
    if (kind) throw new GatewayError(kind, answer.status, readErrorText(answer.body));
    return answer;
  }

  /**
   * The body is a generator because undici pulls it only when the request is written: whether it was pulled proves
   * whether anything left, also for requests that died while they waited for a socket.
   */
  private async postSend(path: string, payload: object): Promise<SendResult> {
    const bytes = Buffer.from(JSON.stringify(payload));
    let bodyStarted = false;
    async function* body() {
      bodyStarted = true;
      yield bytes;
    }
    try {
      const answer = await this.request('POST', path, { bytes: bytes.length, body: body() }, this.timeouts.sendMs);
      const retryAfter = answer.headers['retry-after'];
      return {
        status: answer.status,
        body: answer.body,
        retryAfterMs: parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, Date.now()),
      };
    } catch (error) {
      return { errorCode: readErrorCode(error), bodyStarted };
    }
  }

  /** One request with one deadline, which counts the wait for a free socket too. */
  private async request(
    method: Dispatcher.HttpMethod,
    path: string,
    payload: string | { bytes: number; body: AsyncIterable<Uint8Array> } | null,
    timeoutMs: number,
    pool = this.pool,
  ): Promise<Answer> {
    const headers: Record<string, string> = { apikey: this.apiKey, accept: 'application/json' };
    if (payload !== null) headers['content-type'] = 'application/json';
    if (payload !== null && typeof payload !== 'string') headers['content-length'] = String(payload.bytes);
    const response = await pool.request({
      method,
      path: `${this.basePath}${path}`,
      headers,
      body: payload === null || typeof payload === 'string' ? payload : (payload.body as never),
      // undici's own timeouts would start only on the wire; the signal covers the queue, the headers and the body.
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: parseJson(await this.readBody(response.body, pool)),
    };
  }

  /** A file's answer is counted as it is read; undici's own limit would leave the pool unable to close. */
  private async readBody(body: Dispatcher.ResponseData['body'], pool: Pool): Promise<string> {
    if (pool !== this.mediaPool) return body.text();
    // Base64 takes four characters for three bytes; the rest is names and sizes.
    const most = Math.ceil(this.mediaMaxBytes / 3) * 4 + 64 * 1024;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Leaving the loop destroys the body, and with it the connection.
      if (size > most) throw new AnswerTooLarge('the answer is too large');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

/** More was answered than is read. */
class AnswerTooLarge extends Error {
  readonly code = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
}

/** With the id alone the gateway looks the message up; one it does not have is not quoted. */
const quote = (id: string | null | undefined) => (id ? { quoted: { key: { id } } } : {});

function readQr(source: Record<string, unknown> | null): { code: string | null; pairingCode: string | null } {
  return { code: readText(source?.['code'], 4096), pairingCode: readText(source?.['pairingCode'], 32) };
}

/** The JSON of an answer, or its text when it is none (a proxy's page). */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The code of a network error; the first one of a failed attempt at several addresses. */
function readErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string') return code;
  if (error instanceof AggregateError && error.errors.length > 0) return readErrorCode(error.errors[0]);
  return error.name === 'TimeoutError' ? 'TIMEOUT' : error.name;
}
