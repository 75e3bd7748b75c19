import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersList } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import {
  CreateTransferRuleBody,
  DeletedTransferRuleAnswer,
  TransferRuleAnswer,
  UpdateTransferRuleBody,
} from './transfer-rules.dto.js';
import { TransferRulesService } from './transfer-rules.service.js';

const example = { instructions: 'Quando o cliente pedir para falar com uma pessoa.', type: 'HUMAN' };

@ApiTags('agents')
@Controller(['v2', ''])
export class TransferRulesController {
  constructor(private readonly rules: TransferRulesService) {}

  @Get('agent/:agentId/transfer-rules')
  @Describe('List an agent’s transfer rules', { action: 'read', details: 'All of them, oldest first.' })
  @AnswersList(TransferRuleAnswer)
  list(@CurrentUser() user: SignedIn, @Id('agentId') id: string) {
    return this.rules.list(user, id);
  }

  @Post('agent/:agentId/transfer-rules')
  @Describe('Add a transfer rule', {
    action: 'configure',
    example,
    details: 'A HUMAN rule may name a member (userId); an AGENT rule names another agent of the workspace (agentId).',
  })
  @Answers(TransferRuleAnswer, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(CreateTransferRuleBody) body: CreateTransferRuleBody,
  ) {
    return this.rules.create(user, id, body);
  }

  @Put('agent/:agentId/transfer-rules/:transferRuleId')
  @Describe('Change a transfer rule', { action: 'configure', example })
  @Answers(TransferRuleAnswer)
  update(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @Id('transferRuleId') ruleId: string,
    @ValidBody(UpdateTransferRuleBody) body: UpdateTransferRuleBody,
  ) {
    return this.rules.update(user, id, ruleId, body);
  }

  @Delete('agent/:agentId/transfer-rules/:transferRuleId')
  @Describe('Delete a transfer rule', { action: 'configure' })
  @Answers(DeletedTransferRuleAnswer)
  remove(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @Id('transferRuleId') ruleId: string) {
    return this.rules.remove(user, id, ruleId);
  }
}
