import { Agent, FormData } from 'undici';
import { toStorableText } from '../common/storable-text.js';
import { classifyModelError, type ModelFailure } from './classify-model-error.js';
import { ModelError } from './model-error.js';

export interface OpenAiAudioOptions {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly transcribeModel: string;
}

/** Ten minutes of voice take some twenty seconds. */
const ATTEMPT_MS = 60_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** What OpenAI takes in one upload. */
export const MOST_AUDIO_BYTES = 25 * 1024 * 1024;

/** The audio endpoints of any OpenAI-compatible server. Errors are ModelErrors. */
export class OpenAiAudioService {
  private readonly agent: Agent;
  private readonly base: URL;

  constructor(
    private readonly options: OpenAiAudioOptions,
    private readonly seams: { readonly attemptMs?: number } = {},
  ) {
    this.base = new URL(options.baseUrl ?? 'https://api.openai.com/v1');
    this.agent = new Agent({
      connections: 16,
      connect: { timeout: 10_000 },
      // The deadline belongs to the signal, which also counts the wait for a socket.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  /**
   * What is said in a recording; '' when nothing was understood. `name` needs an extension: the server reads the format
   * from it. `language` (ISO 639-1) is a hint. @throws ModelError; the signal's own reason
   */
  async transcribe(
    audio: { readonly bytes: Uint8Array; readonly name: string; readonly mimetype: string },
    options: { readonly language?: string | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    const form = new FormData();
    form.set('file', new File([new Uint8Array(audio.bytes)], audio.name, { type: audio.mimetype }));
    form.set('model', this.options.transcribeModel);
    form.set('response_format', 'json');
    if (options.language) form.set('language', options.language);
    const { text } = (await this.post('audio/transcriptions', form, options.signal)) as { text?: unknown };
    if (typeof text !== 'string') throw this.failure({ status: 200, body: null, headers: {} }, 'no text in the answer');
    return toStorableText(text.trim());
  }

  private async post(path: string, body: FormData, signal: AbortSignal | undefined): Promise<object> {
    const timeout = AbortSignal.timeout(this.seams.attemptMs ?? ATTEMPT_MS);
    let status: number;
    let headers: Record<string, string>;
    let text: string;
    try {
      const response = await this.agent.request({
        origin: this.base.origin,
        path: `${this.base.pathname.replace(/\/+$/, '')}/${path}`,
        method: 'POST',
        headers: this.options.apiKey ? { authorization: `Bearer ${this.options.apiKey}` } : {},
        body,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      status = response.statusCode;
      headers = Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join() : `${value}`,
        ]),
      );
      text = await response.body.text();
    } catch (error) {
      signal?.throwIfAborted();
      const cause = timeout.aborted ? 'timeout' : 'network';
      throw this.failure({ status: null, body: null, headers: {}, cause }, String(error), error);
    }
    const answer = status >= 200 && status < 300 ? parseObject(text) : undefined;
    if (!answer) throw this.failure({ status, body: text, headers }, `status ${status}`);
    return answer;
  }

  private failure(failure: ModelFailure, words: string, cause?: unknown): ModelError {
    const facts = { ...classifyModelError(failure, Date.now()), status: failure.status };
    return new ModelError(`audio ${facts.family}: ${toStorableText(words, 500)}`, facts, cause);
  }
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
