import { Module } from '@nestjs/common';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { ContactsController } from './contacts.controller.js';
import { ContactsService } from './contacts.service.js';
import { CustomFieldsController } from './custom-fields.controller.js';
import { CustomFieldsService } from './custom-fields.service.js';
import { OwnContactsController } from './own-contacts.controller.js';

@Module({
  imports: [WorkspacesModule],
  controllers: [ContactsController, OwnContactsController, CustomFieldsController],
  providers: [ContactsService, CustomFieldsService],
})
export class ContactsModule {}
