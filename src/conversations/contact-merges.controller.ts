import { Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersList } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { MergeAnswer, MergeContactBody } from './contact-merges.dto.js';
import { ContactMergesService } from './contact-merges.service.js';

@ApiTags('contacts')
@Controller('contact/:contactId')
export class ContactMergesController {
  constructor(private readonly merges: ContactMergesService) {}

  @Get('merges')
  @Describe('List the contacts that went up in this one', { action: 'read' })
  @AnswersList(MergeAnswer)
  list(@CurrentUser() user: SignedIn, @Id('contactId') id: string) {
    return this.merges.list(user, id);
  }

  @Post('merge')
  @Describe('Merge another contact into this one', {
    action: 'configure',
    errors: ['CONFLICT'],
    example: { contactId: '0199a1b2-0000-7000-8000-000000000000' },
    details: 'Chats on the same number become one chat. It is recorded and can be undone.',
  })
  @Answers(Success)
  merge(
    @CurrentUser() user: SignedIn,
    @Id('contactId') id: string,
    @ValidBody(MergeContactBody) body: MergeContactBody,
  ) {
    return this.merges.mergeByHand(user, id, body.contactId);
  }

  @Post('merges/:mergeId/undo')
  @Describe('Part two contacts that were merged', {
    action: 'configure',
    errors: ['CONFLICT'],
    details: 'What was said since the merge stays with this contact. The two are not merged again by themselves.',
  })
  @Answers(Success)
  undo(@CurrentUser() user: SignedIn, @Id('contactId') id: string, @Id('mergeId') mergeId: string) {
    return this.merges.undo(user, id, mergeId);
  }
}
