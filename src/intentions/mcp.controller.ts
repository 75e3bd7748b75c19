import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers, AnswersList } from '../common/answer.decorators.js';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Success } from '../common/fields.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { AddedMcpAnswer, AddMcpBody, ConnectedMcpAnswer, ConnectMcpBody, McpToolAnswer } from './mcp.dto.js';
import { McpService } from './mcp.service.js';

/** None can exist yet: any id of one is answered alike, and there is nothing a role could be too low for. */
const NOT_BUILT = { action: 'read', errors: ['NOT_IMPLEMENTED'], notFound: false } as const;

/** What both faces ask for in the same way. */
@ApiTags('mcp')
@Controller(['v2', ''])
export class McpController {
  constructor(private readonly mcp: McpService) {}

  @Post('agent/:agentId/mcp/add')
  @Describe('Give an agent an MCP server', { action: 'configure', errors: ['URL_NOT_ALLOWED', 'NOT_IMPLEMENTED'] })
  @Answers(AddedMcpAnswer, { created: true })
  add(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidBody(AddMcpBody) _body: unknown) {
    return this.mcp.add(user, id);
  }

  @Post('mcp/connect')
  @Describe('Finish signing in to an MCP server', NOT_BUILT)
  @Answers(ConnectedMcpAnswer)
  connect(@ValidBody(ConnectMcpBody) _body: unknown) {
    return this.mcp.refuse();
  }

  @Get('mcp/:mcpId/tools')
  @Describe('List the tools of an MCP server', NOT_BUILT)
  @AnswersList(McpToolAnswer)
  tools(@Id('mcpId') _id: string) {
    return this.mcp.refuse();
  }

  @Delete('mcp/:mcpId')
  @Describe('Remove an MCP server', NOT_BUILT)
  @Answers(Success)
  remove(@Id('mcpId') _id: string) {
    return this.mcp.refuse();
  }
}

/** The published API changes state with GET. */
@ApiTags('mcp')
@Controller('v2')
export class PublishedMcpController {
  constructor(private readonly mcp: McpService) {}

  @Get('mcp/:mcpId/tool/:toolId/active')
  @Describe('Let an agent use a tool of an MCP server', NOT_BUILT)
  @Answers(Success)
  activate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Get('mcp/:mcpId/tool/:toolId/inactive')
  @Describe('Keep an agent from a tool of an MCP server', NOT_BUILT)
  @Answers(Success)
  deactivate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Get('mcp/:mcpId/sync-tools')
  @Describe('Read the tools of an MCP server again', NOT_BUILT)
  @Answers(Success)
  sync(@Id('mcpId') _id: string) {
    return this.mcp.refuse();
  }
}

/** Our own face changes state with PUT. */
@ApiTags('mcp')
@Controller('')
export class OwnMcpController {
  constructor(private readonly mcp: McpService) {}

  @Put('mcp/:mcpId/tool/:toolId/active')
  @Describe('Let an agent use a tool of an MCP server', NOT_BUILT)
  @Answers(Success)
  activate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Put('mcp/:mcpId/tool/:toolId/inactive')
  @Describe('Keep an agent from a tool of an MCP server', NOT_BUILT)
  @Answers(Success)
  deactivate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Put('mcp/:mcpId/sync-tools')
  @Describe('Read the tools of an MCP server again', NOT_BUILT)
  @Answers(Success)
  sync(@Id('mcpId') _id: string) {
    return this.mcp.refuse();
  }
}
