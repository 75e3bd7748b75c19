import { z } from 'zod';
import { publicUrl, text } from '../common/fields.js';

export const AddMcpBody = z.object({
  name: text(120, 1).meta({ example: 'Agenda' }),
  description: text(1_000, 1).meta({ example: 'Consulta e marca horários' }),
  mcpUrl: publicUrl().meta({ example: 'https://example.com/mcp' }),
  urlType: z.enum(['SSE', 'STREAMABLEHTTP']),
  authType: z.enum(['NO_OAUTH', 'OAUTH', 'HEADERS']),
  headers: z.record(z.string(), z.string()).optional(),
});
export const ConnectMcpBody = z.object({ code: text(2_048, 1), state: text(2_048, 1) });

/** What these routes will answer, as it is published. */
export const AddedMcpAnswer = z.object({
  connected: z.boolean(),
  success: z.boolean(),
  id: z.string(),
  url: z.string(),
});
export const ConnectedMcpAnswer = z.object({ agentId: z.string(), success: z.boolean(), mcpId: z.string() });
export const McpToolAnswer = z.object({
  id: z.string(),
  tenant: z.string(),
  tenantOwner: z.string(),
  createdAt: z.int(),
  updatedAt: z.int().nullable(),
  integrationId: z.string(),
  agentId: z.string(),
  active: z.boolean(),
  name: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()),
});
