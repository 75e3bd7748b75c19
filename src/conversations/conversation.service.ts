import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { toStorableText } from '../common/storable-text.js';
import { DONE, WakeupsService } from '../jobs/wakeups.service.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from '../workspaces/access.service.js';
import { CallbacksService, COULD_NOT_ANSWER } from './callbacks.service.js';
import type { AddMessageBody, ConversationAnswer, ConversationBody } from './conversations.dto.js';
import { type Received, ReceiveMessageService } from './receive-message.service.js';

/** Longer than the model is insisted on: a caller who waits gets the answer if there is one. */
const PATIENCE_MS = 150_000;
/** The backstop where a wake-up was lost. */
const POLL_MS = 1_000;
const NOTHING: ConversationAnswer = { message: '', images: [], audios: [] };
/** Images and voice need the media path, which does not exist yet. */
const NOT_BUILT = ['image', 'audio'] as const;

/** Something said through the API; `effectId` becomes the message's provider id. */
interface Said {
  readonly workspaceId: string;
  readonly agentId: string;
  readonly body: ConversationBody | AddMessageBody;
  readonly role: 'user' | 'assistant';
  readonly answer: boolean;
  readonly effectId: string;
}

/** The API's own channel: a caller is a contact, `contextId` its alias, and its prompts run through the same turns. */
@Injectable()
export class ConversationService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly receiver: ReceiveMessageService,
    private readonly callbacks: CallbacksService,
    private readonly wakeups: WakeupsService,
  ) {}

  /**
   * Stores the prompt, waits for its turn and answers what the agent said; empty when it stayed silent, and at once where
   * it is to be called back with the answer. The same `effectId` again stores nothing and waits for the same turn.
   */
  async converse(
    user: SignedIn,
    id: string,
    body: ConversationBody,
    effectId: string = randomUUID(),
  ): Promise<ConversationAnswer> {
    const { workspaceId, agentId } = await this.access.agent(user, id, 'chat');
    const received = await this.say({ workspaceId, agentId, body, role: 'user', answer: true, effectId });
    const { contextId, callbackUrl, onFinishCallback } = body;
    if (callbackUrl !== undefined || onFinishCallback !== undefined) {
      const message = await this.prisma.message.findFirst({ where: { workspaceId, providerId: effectId } });
      const wish = { workspaceId, agentId, contextId, callbackUrl, onFinishCallback };
      if (message) await this.callbacks.keep({ ...wish, message });
      if (callbackUrl !== undefined) return NOTHING;
    }
    const turnId = received.duplicate ? await this.findTurn(workspaceId, effectId) : received.turnId;
    if (!turnId) return NOTHING;
    const turn = await this.waitFor(workspaceId, turnId);
    if (turn.state === 'FAILED') throw new AppError('TEMPORARILY_UNAVAILABLE', COULD_NOT_ANSWER);
    const said = await this.prisma.message.findMany({
      where: { workspaceId, chatId: turn.chatId, turnId },
      orderBy: { seq: 'asc' },
    });
    const urlsOf = (type: string) =>
      said.filter((m) => m.type === type).map((m) => (m.content as { mediaUrl: string }).mediaUrl);
    const texts = said.map((m) => m.text).filter(Boolean);
    return { message: texts.join('\n\n'), images: urlsOf('IMAGE'), audios: urlsOf('AUDIO') };
  }

  /** Adds a line to the context without asking for an answer. */
  async addMessage(
    user: SignedIn,
    id: string,
    body: AddMessageBody,
    effectId: string = randomUUID(),
  ): Promise<ConversationAnswer> {
    const { workspaceId, agentId } = await this.access.agent(user, id, 'chat');
    await this.say({ workspaceId, agentId, body, role: body.role, answer: false, effectId });
    return NOTHING;
  }

  private async findTurn(workspaceId: string, providerId: string): Promise<string | undefined> {
    const message = await this.prisma.message.findFirst({ where: { workspaceId, providerId } });
    if (!message) return undefined;
    const where = { workspaceId, chatId: message.chatId, inboundIds: { has: message.id } };
    return (await this.prisma.turn.findFirst({ where }))?.id;
  }

  private async say({ workspaceId, agentId, body, role, answer, effectId }: Said): Promise<Received> {
    const asked = NOT_BUILT.find((field) => (body as Record<string, unknown>)[field] !== undefined);
    if (asked) throw new AppError('NOT_IMPLEMENTED', `"${asked}" is not built yet; send text in "prompt".`);
    if (!body.prompt)
      throw new AppError('VALIDATION_FAILED', 'Send the text in "prompt".', {
        errors: [{ path: 'prompt', message: 'is required' }],
      });
    const channel = await this.prisma.channel.findFirstOrThrow({ where: { workspaceId, agentId, type: 'API' } });
    const { chatName, phone } = body as Partial<ConversationBody>;
    const alias = `api:${toStorableText(body.contextId)}`;
    return this.receiver.receive({
      workspaceId,
      channelId: channel.id,
      providerId: effectId,
      aliases: [alias],
      address: alias,
      name: chatName ? toStorableText(chatName) : null,
      phone: phone ? toStorableText(phone) : null,
      role,
      author: role === 'user' ? 'CUSTOMER' : 'API',
      type: 'TEXT',
      text: toStorableText(body.prompt),
      content: null,
      sentAtMs: Date.now(),
      answer,
    });
  }

  /** @throws ANSWER_TIMEOUT; the answer still arrives in the chat */
  private async waitFor(workspaceId: string, turnId: string): Promise<{ state: string; chatId: string }> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const woken = this.wakeups.next(DONE, turnId, POLL_MS);
      const turn = await this.prisma.turn.findUniqueOrThrow({ where: { workspaceId_id: { workspaceId, id: turnId } } });
      if (['DONE', 'SKIPPED', 'FAILED'].includes(turn.state)) return turn;
      if (performance.now() > deadline)
        throw new AppError('ANSWER_TIMEOUT', 'The agent is still thinking; read the answer from the chat later.');
      await woken;
    }
  }
}
