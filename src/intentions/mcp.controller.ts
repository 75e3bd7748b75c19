import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { DescribeUnbuilt } from '../common/describe.decorators.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { AddMcpBody, ConnectMcpBody } from './mcp.dto.js';
import { McpService } from './mcp.service.js';

/** None can exist yet: any id of one is answered alike, and there is nothing a role could be too low for. */
const NOBODYS = { action: 'read', notFound: false } as const;

/** What both faces ask for in the same way. */
@ApiTags('mcp')
@Controller(['v2', ''])
export class McpController {
  constructor(private readonly mcp: McpService) {}

  @Post('agent/:agentId/mcp/add')
  @DescribeUnbuilt('Give an agent an MCP server', { action: 'configure', errors: ['URL_NOT_ALLOWED'] })
  add(@CurrentUser() user: SignedIn, @Id('agentId') id: string, @ValidBody(AddMcpBody) _body: unknown) {
    return this.mcp.add(user, id);
  }

  @Post('mcp/connect')
  @DescribeUnbuilt('Finish signing in to an MCP server', NOBODYS)
  connect(@ValidBody(ConnectMcpBody) _body: unknown) {
    return this.mcp.refuse();
  }

  @Get('mcp/:mcpId/tools')
  @DescribeUnbuilt('List the tools of an MCP server', NOBODYS)
  tools(@Id('mcpId') _id: string) {
    return this.mcp.refuse();
  }

  @Delete('mcp/:mcpId')
  @DescribeUnbuilt('Remove an MCP server', NOBODYS)
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
  @DescribeUnbuilt('Let an agent use a tool of an MCP server', NOBODYS)
  activate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Get('mcp/:mcpId/tool/:toolId/inactive')
  @DescribeUnbuilt('Keep an agent from a tool of an MCP server', NOBODYS)
  deactivate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Get('mcp/:mcpId/sync-tools')
  @DescribeUnbuilt('Read the tools of an MCP server again', NOBODYS)
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
  @DescribeUnbuilt('Let an agent use a tool of an MCP server', NOBODYS)
  activate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Put('mcp/:mcpId/tool/:toolId/inactive')
  @DescribeUnbuilt('Keep an agent from a tool of an MCP server', NOBODYS)
  deactivate(@Id('mcpId') _id: string, @Id('toolId') _toolId: string) {
    return this.mcp.refuse();
  }

  @Put('mcp/:mcpId/sync-tools')
  @DescribeUnbuilt('Read the tools of an MCP server again', NOBODYS)
  sync(@Id('mcpId') _id: string) {
    return this.mcp.refuse();
  }
}
