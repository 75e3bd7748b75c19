import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersPage } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody, ValidQuery } from '../common/input.decorators.js';
import { CreateTrainingBody, TrainingAnswer, TrainingsQuery, UpdateTrainingBody } from './trainings.dto.js';
import { TrainingsService } from './trainings.service.js';

const example = { type: 'TEXT', text: 'Entregamos de segunda a sexta, das 8h às 18h.' };
const WrittenTraining = { v2: Success, own: TrainingAnswer.own };

@ApiTags('trainings')
@Controller(['v2', ''])
export class TrainingsController {
  constructor(private readonly trainings: TrainingsService) {}

  @Get('agent/:agentId/trainings')
  @Describe('List what an agent was taught', {
    action: 'read',
    details: 'Oldest first, of one type or of all; query searches text, address and document name.',
  })
  @AnswersPage(TrainingAnswer)
  list(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidQuery(TrainingsQuery) query: TrainingsQuery) {
    return this.trainings.list(user, id, query);
  }

  @Post('agent/:agentId/trainings')
  @Describe('Teach an agent', {
    action: 'configure',
    errors: ['URL_NOT_ALLOWED'],
    example,
    details: 'A text, a website, a video or a document. A website is read again every hour at most.',
  })
  @Answers(WrittenTraining, { created: true })
  create(
    @CurrentUser() user: SignedIn,
    @Id('agentId') id: string,
    @ValidBody(CreateTrainingBody) body: CreateTrainingBody,
  ) {
    return this.trainings.create(user, id, body);
  }

  @Put('training/:trainingId')
  @Describe('Change a text an agent was taught', {
    action: 'configure',
    errors: ['CONFLICT', 'URL_NOT_ALLOWED'],
    example,
    details: 'Only texts can be changed; a website, video or document is deleted and added anew.',
  })
  @Answers(WrittenTraining)
  update(
    @CurrentUser() user: SignedIn,
    @Id('trainingId') id: string,
    @ValidBody(UpdateTrainingBody) body: UpdateTrainingBody,
  ) {
    return this.trainings.update(user, id, body);
  }

  @Delete('training/:trainingId')
  @Describe('Let an agent forget a training', { action: 'configure' })
  @Answers(Success)
  remove(@CurrentUser() user: SignedIn, @Id('trainingId') id: string) {
    return this.trainings.remove(user, id);
  }
}

@ApiTags('trainings')
@Controller('')
export class OwnTrainingsController {
  constructor(private readonly trainings: TrainingsService) {}

  @Get('training/:trainingId')
  @Describe('Show a training', { action: 'read' })
  @Answers(TrainingAnswer)
  get(@CurrentUser() user: SignedIn, @Id('trainingId') id: string) {
    return this.trainings.get(user, id);
  }

  @Put('training/:trainingId/enabled')
  @Describe('Let an agent use a training', { action: 'configure' })
  @Answers(Success)
  enable(@CurrentUser() user: SignedIn, @Id('trainingId') id: string) {
    return this.trainings.setEnabled(user, id, true);
  }

  @Put('training/:trainingId/disabled')
  @Describe('Keep a training from being used', { action: 'configure' })
  @Answers(Success)
  disable(@CurrentUser() user: SignedIn, @Id('trainingId') id: string) {
    return this.trainings.setEnabled(user, id, false);
  }
}
