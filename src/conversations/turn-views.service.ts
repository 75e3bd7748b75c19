import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import type { Language } from '../common/language.js';
import { type Page, toSlice } from '../common/pagination.js';
import { translate } from '../common/sentences.js';
import { POOL } from '../prisma/database.pool.js';
import { AccessService } from '../workspaces/access.service.js';
import { explainReason } from './turn-reasons.js';
import { turnDetails, turnsPage } from './turn-views.queries.js';
import type { ListTurnsQuery, TurnDetails, TurnRow, TurnView } from './turns.dto.js';

/** Shows what the agent did with a chat, and why it was silent. */
@Injectable()
export class TurnViewsService {
  constructor(
    private readonly access: AccessService,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  /** A chat's turns, newest first. */
  async list(user: SignedIn, id: string, query: ListTurnsQuery, language: Language): Promise<Page<TurnView>> {
    const chat = await this.access.chat(user, id, 'read');
    const { rows, total } = await turnsPage(this.pool, chat, toSlice(query));
    return { items: rows.map((row) => explained(row, language)), total, page: query.page, pageSize: query.pageSize };
  }

  /** One turn with what it saw, called and said. @throws NOT_FOUND */
  async get(user: SignedIn, id: string, language: Language): Promise<TurnDetails> {
    const { workspaceId, turnId } = await this.access.turn(user, id, 'read');
    const row = await turnDetails(this.pool, workspaceId, turnId);
    if (!row) throw new AppError('NOT_FOUND');
    return explained(row, language);
  }
}

function explained<Row extends TurnRow>(row: Row, language: Language): Row & { explanation: string | null } {
  const sentence = explainReason(row.reason);
  return { ...row, explanation: sentence === null ? null : translate(sentence, language) };
}
