import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { CONFIG, type RuntimeConfig } from '../config.js';
import { UsersModule } from '../users/users.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { AttemptLimitsService } from './attempt-limits.service.js';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { CredentialsController } from './credentials.controller.js';
import { CredentialsService } from './credentials.service.js';
import { KeySignInService } from './key-sign-in.service.js';
import { MailedTokensService } from './mailed-tokens.service.js';
import { OAuthController } from './oauth.controller.js';
import { OAuthService } from './oauth.service.js';
import { OAuthAccountsService } from './oauth-accounts.service.js';
import { OAuthProvidersClient } from './oauth-providers.client.js';
import { PasswordsService } from './passwords.service.js';
import { SessionCookieService } from './session-cookie.service.js';
import { ACCESS_TOKEN_SECONDS, SessionsService } from './sessions.service.js';

/** Issuer and audience of our access tokens. */
const SELF = 'tawkee';

@Module({
  imports: [
    UsersModule,
    WorkspacesModule,
    JwtModule.registerAsync({
      inject: [CONFIG],
      useFactory: (config: RuntimeConfig) => ({
        secret: config.jwtSecret,
        signOptions: { algorithm: 'HS256', issuer: SELF, audience: SELF, expiresIn: ACCESS_TOKEN_SECONDS },
        // The algorithm is ours to choose, never the token's (RFC 8725, 3.1).
        verifyOptions: { algorithms: ['HS256'], issuer: SELF, audience: SELF },
      }),
    }),
  ],
  controllers: [AuthController, CredentialsController, OAuthController],
  providers: [
    AttemptLimitsService,
    AuthService,
    CredentialsService,
    KeySignInService,
    MailedTokensService,
    OAuthAccountsService,
    OAuthProvidersClient,
    OAuthService,
    PasswordsService,
    SessionCookieService,
    SessionsService,
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
})
export class AuthModule {}
