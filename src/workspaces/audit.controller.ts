import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidQuery } from '../common/input.decorators.js';
import { AuditEventAnswer, AuditEventsQuery } from './audit.dto.js';
import { AuditTrailService } from './audit-trail.service.js';

@ApiTags('workspaces')
@Controller('workspaces/:workspaceId')
export class AuditController {
  constructor(private readonly trail: AuditTrailService) {}

  @Get('audit-events')
  @Describe('List who changed what about access, money and agents', { action: 'administer' })
  @AnswersPage(AuditEventAnswer)
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(AuditEventsQuery) query: AuditEventsQuery,
  ) {
    return this.trail.list(user, id, query);
  }
}
