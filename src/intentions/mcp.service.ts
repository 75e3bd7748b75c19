import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import type { SignedIn } from '../common/auth.decorators.js';
import { AccessService } from '../workspaces/access.service.js';

/** Speaks for MCP servers, which are published and not built: it refuses, and tells strangers nothing on the way. */
@Injectable()
export class McpService {
  constructor(private readonly access: AccessService) {}

  /** @throws NOT_FOUND, FORBIDDEN, NOT_IMPLEMENTED */
  async add(user: SignedIn, agentId: string): Promise<never> {
    await this.access.agent(user, agentId, 'configure');
    return this.refuse();
  }

  /** Whatever is asked of an MCP server: none can exist. @throws NOT_IMPLEMENTED */
  refuse(): never {
    throw new AppError('NOT_IMPLEMENTED', 'MCP servers are not built yet; define an intention that calls your address');
  }
}
