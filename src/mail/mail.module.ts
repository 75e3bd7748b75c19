import { Global, Module } from '@nestjs/common';
import { MailService } from './mail.service.js';

/** Mail for every module. */
@Global()
@Module({ providers: [MailService], exports: [MailService] })
export class MailModule {}
