import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { SUCCESS } from '../common/fields.js';
import { readLanguage } from '../common/language.js';
import { toSlice } from '../common/pagination.js';
import type { Prisma } from '../prisma/generated/client.js';
import { PrismaService } from '../prisma/prisma.service.js';
import { AccessService } from './access.service.js';
import { type NoticesQuery, toNoticeView } from './notices.dto.js';

/** Shows people what `tellPeople` has to tell them. */
@Injectable()
export class NoticesService {
  constructor(
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
  ) {}

  /** One page, what happened last first. */
  async list(user: SignedIn, workspaceId: string, query: NoticesQuery, acceptLanguage: string | undefined) {
    await this.access.workspace(user, workspaceId, 'read');
    const readAt = query.unread === undefined ? undefined : query.unread ? null : { not: null };
    const where: Prisma.NoticeWhereInput = { workspaceId, readAt };
    const orderBy = [{ lastAt: 'desc' as const }, { id: 'desc' as const }];
    const [rows, total] = await Promise.all([
      this.prisma.notice.findMany({ where, orderBy, ...toSlice(query) }),
      this.prisma.notice.count({ where }),
    ]);
    const language = readLanguage(acceptLanguage);
    return {
      items: rows.map((row) => toNoticeView(row, language)),
      total,
      page: query.page,
      pageSize: query.pageSize,
    };
  }

  /** Somebody has read it: the same matter again is a new notice. @throws NOT_FOUND */
  async read(user: SignedIn, workspaceId: string, id: string): Promise<typeof SUCCESS> {
    await this.access.workspace(user, workspaceId, 'chat');
    const where = { workspaceId, id };
    await this.prisma.notice.updateMany({ where: { ...where, readAt: null }, data: { readAt: new Date() } });
    if ((await this.prisma.notice.count({ where })) === 0) throw new AppError('NOT_FOUND');
    return SUCCESS;
  }
}
