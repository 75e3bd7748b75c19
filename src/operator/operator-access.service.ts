import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { UsersService } from '../users/users.service.js';

/**
 * Who runs this installation: the persons whose address is in OPERATOR_EMAILS and was proven to be theirs. Unproven, it
 * would be enough to register with an operator's address before they do. What somebody is in a workspace counts for
 * nothing here.
 */
@Injectable()
export class OperatorAccessService {
  constructor(
    private readonly users: UsersService,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  /** @throws FORBIDDEN, always the same, for everybody who is no operator and for every API key */
  async require(user: SignedIn): Promise<void> {
    if (user.apiKey) throw refusal();
    const person = await this.users.findById(user.userId);
    if (!person?.emailVerifiedAt || !this.config.operatorEmails.includes(person.email)) throw refusal();
  }
}

const refusal = () => new AppError('FORBIDDEN', 'This is for the operators of this installation only');
