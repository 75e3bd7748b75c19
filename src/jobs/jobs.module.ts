import { Global, Module } from '@nestjs/common';
import { WakeupsService } from './wakeups.service.js';

@Global()
@Module({ providers: [WakeupsService], exports: [WakeupsService] })
export class JobsModule {}
