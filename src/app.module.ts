import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AgentsModule } from './agents/agents.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ChannelsModule } from './channels/channels.module.js';
import { ChatsModule } from './chats/chats.module.js';
import { CommonModule } from './common/common.module.js';
import { LoggerModule } from './common/logger.module.js';
import { CONFIG, type RuntimeConfig } from './config.js';
import { ContactsModule } from './contacts/contacts.module.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { EvolutionApiModule } from './evolution-api/evolution-api.module.js';
import { HealthModule } from './health/health.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { IntentionsModule } from './intentions/intentions.module.js';
import { InteractionsModule } from './interactions/interactions.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { MailModule } from './mail/mail.module.js';
import { MediaModule } from './media/media.module.js';
import { ModelsModule } from './models/models.module.js';
import { OpenAiModule } from './openai/openai.module.js';
import { OperatorModule } from './operator/operator.module.js';
import { OutboundHttpModule } from './outbound-http/outbound-http.module.js';
import { PrismaModule } from './prisma/prisma.module.js';
import { StorageModule } from './storage/storage.module.js';
import { TrainingsModule } from './trainings/trainings.module.js';
import { UsersModule } from './users/users.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { WorkspacesModule } from './workspaces/workspaces.module.js';

@Global()
@Module({})
class ConfigModule {
  static register(config: RuntimeConfig): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] };
  }
}

/** The whole product, floor by floor. `extra` are modules only some installations have (the simulator's phone page). */
@Module({})
export class AppModule {
  static register(config: RuntimeConfig, extra: readonly DynamicModule[]): DynamicModule {
    return {
      module: AppModule,
      imports: [
        // ground
        ConfigModule.register(config),
        LoggerModule,
        CommonModule,
        // wires
        PrismaModule,
        JobsModule,
        IdempotencyModule,
        EvolutionApiModule,
        OpenAiModule,
        OutboundHttpModule,
        MailModule,
        StorageModule,
        LimitsModule,
        // who
        WorkspacesModule,
        UsersModule,
        ModelsModule,
        // what an agent is
        AgentsModule,
        ChannelsModule,
        TrainingsModule,
        IntentionsModule,
        // what was said
        ContactsModule,
        InteractionsModule,
        ChatsModule,
        MediaModule,
        // the engine
        ConversationsModule,
        // doors
        WebhooksModule,
        AuthModule,
        OperatorModule,
        HealthModule,
        ...extra,
      ],
    };
  }
}
