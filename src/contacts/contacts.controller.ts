import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import { ContactAnswer, ListedContactAnswer, UpdateContactBody, UpdatedContactAnswer } from './contacts.dto.js';
import { ContactsService } from './contacts.service.js';

@ApiTags('contacts')
@Controller(['v2', ''])
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Get('workspace/:workspaceId/search')
  @Describe('List contacts', { action: 'read', details: 'Oldest first; `query` is looked for in names and phones.' })
  @AnswersPage(ListedContactAnswer)
  list(@CurrentUser() user: SignedIn, @Id('workspaceId') id: string, @ValidQuery(PageQuery) query: PageQuery) {
    return this.contacts.list(user, id, query);
  }

  @Get('workspace/:workspaceId/contact/:contactId')
  @Describe('Read a contact', { action: 'read' })
  @Answers(ContactAnswer)
  get(@CurrentUser() user: SignedIn, @Id('workspaceId') workspaceId: string, @Id('contactId') id: string) {
    return this.contacts.get(user, workspaceId, id);
  }

  @Put('contact/:contactId/update')
  @Describe('Change a contact', {
    action: 'chat',
    errors: ['CONFLICT', 'URL_NOT_ALLOWED'],
    example: { name: 'Rita Alves', email: 'rita@example.com', jobTitle: 'Buyer' },
    details:
      'Changes the given fields; a custom value of null is removed, one that is not mentioned stays. DATE and DATE_TIME are milliseconds since 1970 (ISO 8601 texts are taken too); MONEY is a decimal text in whole currency units, "1234.50".',
  })
  @Answers(UpdatedContactAnswer)
  update(
    @CurrentUser() user: SignedIn,
    @Id('contactId') id: string,
    @ValidBody(UpdateContactBody) body: UpdateContactBody,
  ) {
    return this.contacts.update(user, id, body);
  }
}
