import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { AnswerInterceptor } from './answer.interceptor.js';
import { GuidesController } from './guides.controller.js';
import { ProblemFilter } from './problem.filter.js';

/** The HTTP manners every route shares: one error body, two answer faces; and the guides, which belong to no workspace. */
@Module({
  controllers: [GuidesController],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
  ],
})
export class CommonModule {}
