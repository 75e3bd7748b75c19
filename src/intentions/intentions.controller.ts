import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { PageQuery } from '../common/pagination.js';
import { CreateIntentionBody, IntentionAnswer, UpdateIntentionBody } from './intentions.dto.js';
import { IntentionsService } from './intentions.service.js';

const example = {
  description: 'Consultar um pedido',
  type: 'WEBHOOK',
  httpMethod: 'GET',
  url: 'https://example.com/orders/{{orderNumber}}',
  fields: [
    {
      name: 'Número do pedido',
      jsonName: 'orderNumber',
      description: 'O número que está no recibo',
      type: 'STRING',
      required: true,
    },
  ],
  headers: [{ name: 'Authorization', value: 'Bearer 3f9a' }],
  autoGenerateParams: false,
  autoGenerateBody: false,
};
const WrittenIntention = { v2: Success, own: IntentionAnswer.own };

@ApiTags('intentions')
@Controller(['v2', ''])
export class IntentionsController {
  constructor(private readonly intentions: IntentionsService) {}

  @Get('agent/:agentId/intentions')
  @Describe('List an agent’s intentions', {
    action: 'read',
    details: 'Oldest first; query searches the description. Header values are masked.',
  })
  @AnswersPage(IntentionAnswer)
  list(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidQuery(PageQuery) query: PageQuery) {
    return this.intentions.list(user, id, query);
  }

  @Post('agent/:agentId/intentions')
  @Describe('Add an intention', {
    action: 'configure',
    errors: ['URL_NOT_ALLOWED'],
    example,
    details: 'Header values are kept encrypted and never shown again. An address may hold {{field}} after its host.',
  })
  @Answers(WrittenIntention, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(CreateIntentionBody) body: CreateIntentionBody,
  ) {
    return this.intentions.create(user, id, body);
  }

  @Put('intention/:intentionId')
  @Describe('Change an intention', {
    action: 'configure',
    errors: ['URL_NOT_ALLOWED'],
    example,
    details: 'Fields that are left out stay. A header whose value is sent back masked keeps its value.',
  })
  @Answers(WrittenIntention)
  update(
    @CurrentUser() user: SignedIn,
    @Id('intentionId') id: string,
    @ValidBody(UpdateIntentionBody) body: UpdateIntentionBody,
  ) {
    return this.intentions.update(user, id, body);
  }

  @Delete('intention/:intentionId')
  @Describe('Delete an intention', {
    action: 'configure',
    details: 'Other intentions that had it as a precondition go on without.',
  })
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('intentionId') id: string) {
    return this.intentions.remove(user, id);
  }
}

@ApiTags('intentions')
@Controller('')
export class OwnIntentionsController {
  constructor(private readonly intentions: IntentionsService) {}

  @Get('intention/:intentionId')
  @Describe('Show an intention', { action: 'read', details: 'Header values are masked.' })
  @Answers(IntentionAnswer)
  get(@CurrentUser() user: SignedIn, @Id('intentionId') id: string) {
    return this.intentions.get(user, id);
  }
}
