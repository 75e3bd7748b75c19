import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { type ChannelConfig, readChannelConfig } from '../channels/read-channel-config.js';
import { giveBack, scheduleGiveBack } from '../chats/give-back.queries.js';
import { sayInChat } from '../chats/say.queries.js';
import { finishChat, lockChat, voidAgentWork } from '../chats/takeover.queries.js';
import { SEND, TURN, WakeupsService } from '../jobs/wakeups.service.js';
import { POOL } from '../prisma/database.pool.js';
import { inTransaction } from '../prisma/transaction.queries.js';
import { judgePhoneMessage, type PhoneMessage } from './judge-phone-message.js';
import { loadPhoneScene } from './person-on-phone.queries.js';
import { type ReceivedMessage, ReceiveMessageService } from './receive-message.service.js';

/** A message of the shop's own phone, before it is known what it means. */
export type PhoneReport = Omit<ReceivedMessage, 'name' | 'role' | 'author' | 'answer' | 'takes'>;

/**
 * A person writes on the shop's phone, and wins. What we send through the gateway comes back as `send.message` and never
 * as a message of the phone; a message of the phone with an id of ours is a duplicate. So each other one is a person's,
 * also where it has the very words of a part that is in flight.
 */
@Injectable()
export class PersonOnPhoneService {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    private readonly receiver: ReceiveMessageService,
    private readonly wakeups: WakeupsService,
  ) {}

  /** Stores the message; whoever typed it has the chat from its COMMIT on. A duplicate changes nothing. True: it was new. */
  async receive(report: PhoneReport): Promise<boolean> {
    const { workspaceId, channelId, aliases, text } = report;
    const scene = await loadPhoneScene(this.pool, workspaceId, channelId, aliases);
    if (!scene) return false;
    const config = readChannelConfig(scene.config);
    const meaning = judgePhoneMessage(text, config, scene.humanTalk);
    const takes = meaning === 'take' || meaning === 'command';
    const author = meaning === 'machine' ? 'API' : 'HUMAN';
    const received = await this.receiver.receive({
      ...report,
      ...{ name: null, role: 'assistant', author, answer: false, takes },
    });
    if (received.duplicate) return false;
    if (meaning === 'machine' || meaning === 'keep') return true;
    const { chatId } = received;
    await inTransaction(this.pool, (tx) => this.follow(tx, { workspaceId, chatId, meaning, config }));
    // Void work has ended, so the chat is free for whatever waits in it.
    this.wakeups.announce(SEND, '');
    this.wakeups.announce(TURN, '0');
    return true;
  }

  /** What follows from the message. The takeover itself is committed: dying before this costs tidiness, not safety. */
  private async follow(
    tx: PoolClient,
    { workspaceId, chatId, meaning, config }: ChatKey & { meaning: PhoneMessage; config: ChannelConfig },
  ): Promise<void> {
    await lockChat(tx, workspaceId, chatId);
    switch (meaning) {
      case 'return':
        await giveBack(tx, { workspaceId, chatId });
        return this.say(tx, { workspaceId, chatId }, config.takeOutsideServiceReturnMessage);
      case 'finish':
        return finishChat(tx, workspaceId, chatId, null);
      default:
        await voidAgentWork(tx, workspaceId, chatId);
        await scheduleGiveBack(tx, { workspaceId, chatId });
        if (meaning === 'command') await this.say(tx, { workspaceId, chatId }, config.takeOutsideServiceMessage);
    }
  }

  private async say(tx: PoolClient, { workspaceId, chatId }: ChatKey, text: string | null): Promise<void> {
    if (text?.trim()) await sayInChat(tx, workspaceId, chatId, text);
  }
}

interface ChatKey {
  readonly workspaceId: string;
  readonly chatId: string;
}
