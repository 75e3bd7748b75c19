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
