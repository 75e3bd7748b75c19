import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { AccessService } from './access.service.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';
import { AuditTrailService } from './audit-trail.service.js';
import { CreditLedgerController, CreditsController } from './credits.controller.js';
import { CreditsService } from './credits.service.js';
import { HookSecretsController } from './hook-secrets.controller.js';
import { HookSecretsService } from './hook-secrets.service.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsService } from './invitations.service.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { NoticesController } from './notices.controller.js';
import { NoticesService } from './notices.service.js';
import { WorkspaceController, WorkspacesController } from './workspaces.controller.js';
import { WorkspacesService } from './workspaces.service.js';

@Module({
  imports: [SecretsModule],
  controllers: [
    WorkspacesController,
    WorkspaceController,
    MembersController,
    InvitationsController,
    ApiKeysController,
    CreditsController,
    CreditLedgerController,
    AuditController,
    NoticesController,
    HookSecretsController,
  ],
  providers: [
    AccessService,
    ApiKeysService,
    AuditService,
    AuditTrailService,
    CreditsService,
    HookSecretsService,
    InvitationsService,
    MembersService,
    NoticesService,
    WorkspacesService,
  ],
  exports: [AccessService, ApiKeysService, AuditService, CreditsService, HookSecretsService, WorkspacesService],
})
export class WorkspacesModule {}
