import { Controller, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import {
  CreateCustomFieldBody,
  CreatedCustomFieldAnswer,
  CustomFieldAnswer,
  ListCustomFieldsQuery,
  ToggleArchiveQuery,
  UpdateCustomFieldBody,
} from './custom-fields.dto.js';
import { CustomFieldsService } from './custom-fields.service.js';

@ApiTags('contacts')
@Controller(['v2', ''])
export class CustomFieldsController {
  constructor(private readonly fields: CustomFieldsService) {}

  @Get('custom-field/workspace/:workspaceId')
  @Describe('List custom fields', { action: 'read', details: 'Archived ones too, unless `archived` chooses.' })
  @AnswersPage(CustomFieldAnswer)
  list(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidQuery(ListCustomFieldsQuery) query: ListCustomFieldsQuery,
  ) {
    return this.fields.list(user, id, query);
  }

  @Post('custom-field/workspace/:workspaceId')
  @Describe('Create a custom field', {
    action: 'configure',
    errors: ['CONFLICT'],
    example: { name: 'Favourite cake', jsonName: 'favourite_cake', type: 'STRING' },
    details: 'Without `jsonName` one is made from the name. It is unique in the workspace.',
  })
  @Answers(CreatedCustomFieldAnswer, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(CreateCustomFieldBody) body: CreateCustomFieldBody,
  ) {
    return this.fields.create(user, id, body);
  }

  @Put('custom-field/toggle-archive/:customFieldId')
  @Describe('Archive a custom field, or bring it back', {
    action: 'configure',
    details: 'An archived field takes no values and shows none; those it has are kept.',
  })
  @Answers(Success)
  setArchived(
    @CurrentUser() user: SignedIn,
    @Id('customFieldId') id: string,
    @ValidQuery(ToggleArchiveQuery) query: ToggleArchiveQuery,
  ) {
    return this.fields.setArchived(user, id, query.archived === 'true');
  }

  @Put('custom-field/:customFieldId')
  @Describe('Change a custom field', {
    action: 'configure',
    errors: ['CONFLICT'],
    example: { name: 'Favourite pie' },
    details: 'The type stays once contacts have values in the field.',
  })
  @Answers(Success)
  update(
    @CurrentUser() user: SignedIn,
    @Id('customFieldId') id: string,
    @ValidBody(UpdateCustomFieldBody) body: UpdateCustomFieldBody,
  ) {
    return this.fields.update(user, id, body);
  }
}
