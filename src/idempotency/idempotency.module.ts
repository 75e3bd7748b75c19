import { Module } from '@nestjs/common';
import { KeySweepService } from './key-sweep.service.js';

/** Requests that must not be done twice; routes opt in with `@Idempotent()`. */
@Module({ providers: [KeySweepService] })
export class IdempotencyModule {}
