import { Module } from '@nestjs/common';
import { ChatsModule } from '../chats/chats.module.js';
import { MediaModule } from '../media/media.module.js';
import { ModelsModule } from '../models/models.module.js';
import { OpenAiModule } from '../openai/openai.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { AgentConfigService } from './agent-config.service.js';
import { CallbacksService } from './callbacks.service.js';
import { ContactMergesController } from './contact-merges.controller.js';
import { ContactMergesService } from './contact-merges.service.js';
import { ConversationService } from './conversation.service.js';
import { ConversationsController } from './conversations.controller.js';
import { DecisionsService } from './decisions.service.js';
import { InboundChangesService } from './inbound-changes.service.js';
import { PersonOnPhoneService } from './person-on-phone.service.js';
import { ReceiveMessageService } from './receive-message.service.js';
import { ReplyService } from './reply.service.js';
import { SetReminderService } from './set-reminder.service.js';
import { SummariesService } from './summaries.service.js';
import { ThinkService } from './think.service.js';
import { TimersService } from './timers.service.js';
import { ToolCatalogService } from './tool-catalog.service.js';
import { TurnViewsService } from './turn-views.service.js';
import { TurnsController } from './turns.controller.js';
import { TurnsService } from './turns.service.js';
import { WorkerService } from './worker.service.js';

@Module({
  imports: [WorkspacesModule, ModelsModule, OpenAiModule, ChatsModule, MediaModule],
  controllers: [ConversationsController, ContactMergesController, TurnsController],
  providers: [
    AgentConfigService,
    CallbacksService,
    ContactMergesService,
    ConversationService,
    DecisionsService,
    InboundChangesService,
    PersonOnPhoneService,
    ReceiveMessageService,
    ReplyService,
    ThinkService,
    ToolCatalogService,
    SetReminderService,
    SummariesService,
    TimersService,
    TurnsService,
    TurnViewsService,
    WorkerService,
  ],
  exports: [InboundChangesService, PersonOnPhoneService, ReceiveMessageService],
})
export class ConversationsModule {}
