import { pipeline, Readable } from 'node:stream';
import { Controller, HttpCode, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { stringify } from 'csv-stringify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentUser, type SignedIn } from '../common/auth.decorators.js';
import { Describe } from '../common/describe.decorators.js';
import { Id, ValidBody } from '../common/input.decorators.js';
import { toOpenApiSchema } from '../common/openapi-schema.js';
import { readFace } from '../common/read-face.js';
import { ExportBody, ExportRow } from './interactions.dto.js';
import { type Export, InteractionsService } from './interactions.service.js';
import { toSafeCell } from './write-csv-cell.js';

const ROW = { contactName: 'Rita Alves', channelType: 'WHATSAPP', status: 'RESOLVED', agentName: 'Bia' };
const EXAMPLE = {
  ...ROW,
  startAt: '2026-11-25T12:00:00.000Z',
  resolvedAt: '2026-11-25T12:30:00.000Z',
  duration: '00:30:00',
  protocol: '20261125-7K3F9Q',
};
const CSV = { schema: { type: 'string' as const }, example: Object.keys(EXAMPLE).join(',') };
const JSON_ROWS = {
  schema: { type: 'array' as const, items: toOpenApiSchema(ExportRow, 'output') },
  example: [EXAMPLE],
};

/**
 * The one route that answers something else than JSON. People want a file, so our own face answers CSV; the published API
 * declares JSON rows, so `/v2` answers those, and CSV to who asks for it by `Accept: text/csv`. Both are written as they
 * are read.
 */
@ApiTags('interactions')
@Controller(['v2', ''])
export class ExportController {
  constructor(private readonly interactions: InteractionsService) {}

  @Post('workspace/:workspaceId/export')
  @HttpCode(200)
  @Describe('Export interactions', {
    action: 'read',
    example: { page: 1, pagesize: 100 },
    details:
      'Newest first; {} exports everything, `page` and `pagesize` a part of it. Our own face answers CSV; /v2 answers JSON rows, or CSV when `Accept` names text/csv.',
  })
  @ApiOkResponse({ description: 'Success', content: { 'text/csv': CSV, 'application/json': JSON_ROWS } })
  async export(
    @CurrentUser() user: SignedIn,
    @Id('workspaceId') id: string,
    @ValidBody(ExportBody) body: ExportBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const found = await this.interactions.export(user, id, body);
    const isCsv = readFace(request.url) === 'own' || (request.headers.accept ?? '').includes('text/csv');
    void reply.headers({ 'cache-control': 'no-store', 'x-total-count': String(found.total) });
    return isCsv ? csvFile(found) : jsonFile(found);
  }
}

function csvFile({ batches }: Export): StreamableFile {
  // Without the mark at its beginning Excel takes UTF-8 for Latin-1.
  const csv = stringify({
    header: true,
    bom: true,
    columns: Object.keys(ExportRow.shape),
    cast: { string: toSafeCell },
  });
  // Ends both when either does: a reader who leaves, a database that goes away in the middle.
  pipeline(Readable.from(eachRow(batches)), csv, () => undefined);
  const disposition = 'attachment; filename="interactions.csv"';
  return new StreamableFile(csv, { type: 'text/csv; charset=utf-8', disposition });
}

const jsonFile = ({ batches }: Export) =>
  new StreamableFile(Readable.from(jsonArray(batches)), { type: 'application/json; charset=utf-8' });

async function* eachRow(batches: Export['batches']): AsyncGenerator<ExportRow> {
  for await (const rows of batches) yield* rows;
}

async function* jsonArray(batches: Export['batches']): AsyncGenerator<string> {
  let before = '[';
  for await (const rows of batches) {
    yield before + rows.map((row) => JSON.stringify(row)).join(',');
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
