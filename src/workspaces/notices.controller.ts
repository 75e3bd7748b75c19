import { Controller, Get, Headers, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { NoticeAnswer, NoticesQuery } from './notices.dto.js';
import { NoticesService } from './notices.service.js';

@ApiTags('workspaces')
@Controller('workspace/:workspaceId')
export class NoticesController {
  constructor(private readonly notices: NoticesService) {}

  @Get('notices')
  @Describe('List what needs a person’s attention', {
    action: 'read',
    details: 'What happened last first; `message` is in the language of Accept-Language (en, pt, es).',
  })
  @AnswersPage(NoticeAnswer)
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(NoticesQuery) query: NoticesQuery,
    @Headers('accept-language') acceptLanguage: string | undefined,
  ) {
    return this.notices.list(user, id, query, acceptLanguage);
  }

  @Put('notice/:noticeId/read')
  @Describe('Mark a notice as read', { action: 'chat', details: 'For everybody. One that is read already stays so.' })
  @Answers(Success)
  read(@CurrentUser() user: SignedIn, @Id('workspaceId') workspaceId: string, @Id('noticeId') id: string) {
    return this.notices.read(user, workspaceId, id);
  }
}
