import { Injectable } from '@nestjs/common';
import type { AgentConfig } from './agent-config.service.js';
import { builtInTools } from './built-in-tools.js';
import type { Tool } from './tool.js';

/** What an agent can do, beside talking. */
@Injectable()
export class ToolCatalogService {
  /** The tools of one agent, by unique names. */
  of(agent: AgentConfig): readonly Tool[] {
    return builtInTools(agent);
  }
}
