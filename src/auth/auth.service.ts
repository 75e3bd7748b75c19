import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { UsersService } from '../users/users.service.js';
import { AttemptLimitsService } from './attempt-limits.service.js';
import type { LoginBody, RegisterBody } from './auth.dto.js';
import { nameWorkspace } from './name-workspace.js';
import { PasswordsService } from './passwords.service.js';
import { SessionsService } from './sessions.service.js';

/** Where a request came from, as far as limits and language need it. */
export interface Caller {
  readonly address: string;
  readonly acceptLanguage: string | undefined;
}

/** Signing up and in with a password. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly users: UsersService,
    private readonly passwords: PasswordsService,
    private readonly sessions: SessionsService,
    private readonly limits: AttemptLimitsService,
  ) {}

  /** A new person with a first workspace, signed in. @throws REGISTRATION_CLOSED, EMAIL_TAKEN, TOO_MANY_REQUESTS */
  async register({ name, email, password }: RegisterBody, caller: Caller) {
    await this.limits.registration(caller.address);
    const onlyFirst = this.config.registration === 'invite';
    await this.users.assertMayRegister(email, onlyFirst);
    const passwordHash = await this.passwords.hash(password);
    const workspaceName = nameWorkspace(name, caller.acceptLanguage);
    return this.sessions.begin(await this.users.create({ name, email, passwordHash, workspaceName, onlyFirst }));
  }

  /** A session for the right e-mail and password. @throws INVALID_CREDENTIALS, TOO_MANY_REQUESTS */
  login({ email, password }: LoginBody, caller: Caller) {
    return this.limits.login(caller.address, email, async () => {
      const user = await this.users.findByEmail(email);
      const isRight = await this.passwords.isRight(user?.passwordHash, password);
      if (!user || !isRight) throw new AppError('INVALID_CREDENTIALS');
      return this.sessions.begin(user);
    });
  }
}
