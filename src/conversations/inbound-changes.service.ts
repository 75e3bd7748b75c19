import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { POOL } from '../prisma/database.pool.js';
import {
  changeMessage,
  findReactionTarget,
  followLiveLocation,
  type LiveLocation,
  type MessageChange,
  type ReactionReport,
  react,
} from './inbound-changes.queries.js';

interface ChannelKey {
  readonly workspaceId: string;
  readonly channelId: string;
}

/** What happens to messages after they were said: edits, deletions, reactions, a location that moves. */
@Injectable()
export class InboundChangesService {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  /** Applies an edit or a deletion, now or when its message comes. */
  async change(change: MessageChange): Promise<void> {
    await changeMessage(this.pool, change);
  }

  /** Keeps a reaction, or takes it back. */
  async react(report: ReactionReport): Promise<void> {
    await react(this.pool, report);
  }

  /** The words a customer reacted to, where the agent answers reactions; null where it does not. */
  async answerableTarget({ workspaceId, channelId }: ChannelKey, targetId: string): Promise<string | null> {
    return findReactionTarget(this.pool, workspaceId, channelId, targetId);
  }

  /** Moves the location that its sender already shares. False: this is the first we hear of it. */
  async followLocation({ workspaceId, channelId }: ChannelKey, location: LiveLocation): Promise<boolean> {
    return followLiveLocation(this.pool, workspaceId, channelId, location);
  }
}
