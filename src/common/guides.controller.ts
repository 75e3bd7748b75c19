import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AnswersList } from './answer.decorators.js';
import { Describe } from './describe.decorators.js';
import { COMMUNICATION_GUIDE, GOAL_GUIDE } from './guides.js';

const GuideAnswer = z.object({ type: z.string(), guide: z.string() });

const listed = (guides: Readonly<Record<string, string>>) =>
  Object.entries(guides).map(([type, guide]) => ({ type, guide }));

/** The words behind an agent's choices, as the model reads them; the same for everybody who is signed in. */
@ApiTags('agents')
@Controller('')
export class GuidesController {
  @Get('communication-guide')
  @Describe('Read what each communication type asks of the model', { action: 'read' })
  @AnswersList(GuideAnswer)
  communication() {
    return listed(COMMUNICATION_GUIDE);
  }

  @Get('goal-guide')
  @Describe('Read what each agent type asks of the model', { action: 'read' })
  @AnswersList(GuideAnswer)
  goals() {
    return listed(GOAL_GUIDE);
  }
}
