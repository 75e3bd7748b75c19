import { Injectable } from '@nestjs/common';
import type { AgentConfig } from './agent-config.service.js';
import { builtInTools } from './built-in-tools.js';
import { SetReminderService } from './set-reminder.service.js';
import type { Tool } from './tool.js';

/** What an agent can do, beside talking. */
@Injectable()
export class ToolCatalogService {
  constructor(private readonly reminders: SetReminderService) {}

  /** The tools of one agent, by unique names. */
  of(agent: AgentConfig): readonly Tool[] {
    const reminder = agent.enabledReminder ? [this.reminders.toolOf(agent.timezone)] : [];
    return [...builtInTools(agent), ...reminder];
  }
}
