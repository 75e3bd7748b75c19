import { Controller, Delete, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { ContactAnswer, CreateContactBody } from './contacts.dto.js';
import { ContactsService } from './contacts.service.js';

/** What the published API has no route for. */
@ApiTags('contacts')
@Controller('')
export class OwnContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Post('workspace/:workspaceId/contacts')
  @Describe('Create a contact by hand', {
    action: 'chat',
    errors: ['CONFLICT', 'URL_NOT_ALLOWED'],
    example: { name: 'Rita Alves', phone: '+55 81 99999-0000' },
    details: 'Who writes from this phone later is found to be this contact, on every number the workspace has now.',
  })
  @Answers(ContactAnswer, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateContactBody) body: CreateContactBody,
  ) {
    return this.contacts.create(user, id, body);
  }

  @Delete('contact/:contactId')
  @Describe('Delete a contact with its chats', { action: 'configure' })
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('contactId') id: string) {
    return this.contacts.remove(user, id);
  }
}
