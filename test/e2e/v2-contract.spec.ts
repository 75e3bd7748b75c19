import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSchema, type PublishedSchema } from '../../contract/check-schema.js';
import { tour, type Visit } from '../../contract/tour.js';
import { recordRoute } from '../support/route-log.js';
import { type Person, startTestApp, type TestApp } from '../support/test-app.js';

// ---- a short way to write shapes --------------------------------------------------------------------------------------

const s: PublishedSchema = { type: 'string' };
const i: PublishedSchema = { type: 'integer' };
const b: PublishedSchema = { type: 'boolean' };
const orNull = (schema: PublishedSchema): PublishedSchema => ({ ...schema, nullable: true });
const oneOf = (...values: string[]): PublishedSchema => ({ type: 'string', enum: values });
const o = (properties: Record<string, PublishedSchema>): PublishedSchema => ({ type: 'object', properties });
const list = (items: PublishedSchema): PublishedSchema => ({ type: 'array', items });
const either = (...schemas: PublishedSchema[]): PublishedSchema => ({ oneOf: schemas });

const success = o({ success: b });
const error = o({ error: s, code: s, requestId: s });

const MODELS = [
  ...[
    'GPT_5',
    'GPT_5_MINI',
    'GPT_5_1',
    'GPT_5_2',
    'GPT_5_MINI_V2',
    'GPT_4_1',
    'GPT_4_1_MINI',
    'GPT_4_O',
    'GPT_4_O_MINI',
  ],
  ...['GPT_4_TURBO', 'GPT_4', 'OPEN_AI_O1', 'OPEN_AI_O3', 'OPEN_AI_O3_MINI', 'OPEN_AI_O4_MINI', 'OPEN_AI_04'],
  ...['OPEN_AI_03_MINI_BETA', 'CLAUDE_3_5_SONNET', 'CLAUDE_3_5_HAIKU', 'CLAUDE_3_7_SONNET', 'CLAUDE_4_5_SONNET'],
  ...['DEEPINFRA_LLAMA3_3', 'QWEN_2_5_MAX', 'DEEPSEEK_CHAT', 'SABIA_3', 'SABIA_3_1'],
];
const CHANNELS = [
  ...['Z_API', 'WHATSAPP', 'INSTAGRAM', 'CLOUD_API', 'TELEGRAM', 'WIDGET', 'MESSENGER', 'MERCADO_LIVRE', 'TWILIO_SMS'],
];
const FIELD_TYPES = ['STRING', 'DATE', 'DATE_TIME', 'NUMBER', 'BOOLEAN', 'MONEY'];

const agent = o({
  ...{ id: s, name: s, behavior: s, avatar: s, jobName: s, jobSite: s, jobDescription: s },
  communicationType: oneOf('FORMAL', 'NORMAL', 'RELAXED'),
  type: oneOf('SUPPORT', 'SALE', 'PERSONAL'),
});
const settings = o({
  prefferModel: oneOf(...MODELS),
  timezone: s,
  ...{ enabledHumanTransfer: b, enabledReminder: b, splitMessages: b, enabledEmoji: b, limitSubjects: b },
  messageGroupingTime: oneOf('NO_GROUP', 'FIVE_SEC', 'TEN_SEC', 'THIRD_SEC', 'ONE_MINUTE'),
  maxDailyMessages: orNull(i),
  maxDailyMessagesLimitAction: oneOf(
    ...['TEMP_BLOCK_30S', 'TEMP_BLOCK_5M', 'TEMP_BLOCK_10M', 'TEMP_BLOCK_30M', 'TEMP_BLOCK_1H', 'BLOCK', 'TRANSFER'],
  ),
  knowledgeByFunction: b,
  onLackKnowLedge: s,
});
const hooks = o({
  ...{ onNewMessage: s, onLackKnowLedge: s, onTransfer: s, onFirstInteraction: s, onStartInteraction: s },
  ...{ onFinishInteraction: s, onCreateEvent: s, onCancelEvent: s },
});
const training = either(
  list(o({ id: s, type: oneOf('TEXT'), text: s, image: s })),
  list(
    o({
      id: s,
      type: oneOf('WEBSITE'),
      website: s,
      trainingSubPages: oneOf('DISABLED', 'ACTIVE'),
      trainingInterval: oneOf(
        ...['NEVER', 'ONE_HOUR', 'FOUR_HOUR', 'EIGHT_HOUR', 'TWELVE_HOUR', 'ONE_DAY', 'ONE_WEEK', 'ONE_MONTH'],
      ),
    }),
  ),
  list(o({ id: s, type: oneOf('VIDEO'), video: s })),
  list(o({ id: s, type: oneOf('DOCUMENT'), documentUrl: s, documentName: s, documentMimetype: s })),
);
const customField = o({
  ...{ id: s, name: s, jsonName: s, description: s, createdAt: s, updatedAt: s },
  type: oneOf(...FIELD_TYPES),
});
const intention = o({
  ...{ id: s, description: s, instructions: s, details: s, url: s, requestBody: s },
  fields: list(
    o({
      ...{ name: s, jsonName: s, description: s, required: b },
      type: oneOf('STRING', 'URL', 'DATE_TIME', 'DATE', 'NUMBER', 'BOOLEAN'),
    }),
  ),
  type: oneOf('WEBHOOK', 'INSTRUCTIONS'),
  httpMethod: oneOf('GET', 'POST'),
  headers: list(o({ name: s, value: s })),
  params: list(o({ name: s, value: s })),
  variables: list(
    o({
      ...{ valueExpression: s, defaultFieldKey: s },
      customField: o({ id: s, name: s, description: s, type: oneOf(...FIELD_TYPES), jsonName: s }),
    }),
  ),
  autoGenerateParams: b,
  autoGenerateBody: b,
});
const kept = { id: s, tenant: s, tenantOwner: s, createdAt: i, updatedAt: orNull(i) };
const idlePlan = o({
  actions: list(
    o({
      id: s,
      type: oneOf('SEND_MESSAGE', 'FINISH_INTERACTION'),
      instructions: orNull(s),
      workingHours: o({
        ...kept,
        active: b,
        days: list(o({ ...kept, active: b, dayWeek: i, hours: list(o({ ...kept, start: s, end: s, sequence: i })) })),
      }),
      allowAllHours: b,
      seconds: i,
    }),
  ),
  finishOn: o({ seconds: i }),
});
const rule = o({
  ...{ id: s, createdAt: s, instructions: s, returnOnFinish: b, agentId: orNull(s), userId: orNull(s) },
  type: oneOf('HUMAN', 'AGENT'),
});
const chat = o({
  ...{ id: s, name: s, title: orNull(s), recipient: s, whatsappPhone: s, conversation: s, conversationType: s },
  ...{ type: s, role: s, agentId: s, agentName: s, avatar: s, picture: s, userId: orNull(s), userName: orNull(s) },
  ...{ userPicture: orNull(s), messageUserName: orNull(s), humanTalk: b, read: b, unReadCount: i, finished: b },
  ...{ createdAt: i, time: i },
});
const message = o({
  ...{ id: s, role: s, type: s, text: s, userId: orNull(s), userName: orNull(s), userPicture: orNull(s) },
  ...{ imageUrl: orNull(s), audioUrl: orNull(s), documentUrl: orNull(s), fileName: orNull(s), midiaContent: orNull(s) },
  ...{ width: orNull(i), height: orNull(i), time: i },
});
const person = { id: s, name: orNull(s), phone: orNull(s), email: orNull(s), picture: orNull(s), recipient: s };
const contact = o({
  ...{ ...person, birthday: orNull(i), gender: orNull(s), jobTitle: orNull(s) },
  customFieldValues: list(o({ customFieldId: s })),
});
const found = o({ ...person, birthday: orNull(i), gender: orNull(s), jobTitle: s });
const channel = o({
  ...{ id: s, name: s, agentId: orNull(s), agentPicture: orNull(s), agentName: orNull(s), connected: b },
  ...{ facebookPageId: orNull(s), username: orNull(s) },
  type: oneOf(...CHANNELS),
});
const workspace = o({ id: s, name: s });
const newChannel = o({ assistantId: orNull(s), workspace, name: s, id: s, type: oneOf(...CHANNELS) });
const said = o({ message: s, images: list(s), audios: list(s) });
const changedMessage = o({ success: b, status: s });
const config = o({
  ...{
    id: s,
    tenant: s,
    audioAction: orNull(s),
    startTrigger: orNull(s),
    endTrigger: orNull(s),
    enabledTyping: orNull(b),
  },
  type: oneOf('WHATSAPP'),
});
const interaction = o({
  ...{ id: s, agentId: s, agentName: s, agentAvatar: s, chatId: s, chatName: s, startAt: s, transferAt: s },
  ...{ resolvedAt: s, userId: s },
  status: oneOf('RUNNING', 'WAITING', 'RESOLVED'),
});
const row = o({
  ...{ contactName: s, channelType: s, status: s, agentName: s, startAt: s, resolvedAt: s, duration: s, protocol: s },
});

/** Every published route, and the shape of its success; undefined: it answers 501 until it is built. */
const PUBLISHED: Readonly<Record<string, PublishedSchema | undefined>> = {
  'GET /v2/workspaces': list(workspace),
  'GET /v2/workspace/{workspaceId}/credits': o({
    credits: i,
    status: oneOf('TRIAL', 'ACTIVE', 'PAST_DUE', 'CANCELED'),
  }),
  'GET /v2/workspace/{workspaceId}/agents': list(agent),
  'POST /v2/workspace/{workspaceId}/agents': agent,
  'GET /v2/agent/{agentId}': agent,
  'PUT /v2/agent/{agentId}': agent,
  'DELETE /v2/agent/{agentId}': success,
  'PUT /v2/agent/{agentId}/active': success,
  'PUT /v2/agent/{agentId}/inactive': success,
  'GET /v2/agent/{agentId}/settings': settings,
  'PUT /v2/agent/{agentId}/settings': success,
  'GET /v2/agent/{agentId}/webhooks': hooks,
  'PUT /v2/agent/{agentId}/webhooks': success,
  'GET /v2/agent/{agentId}/trainings': training,
  'POST /v2/agent/{agentId}/trainings': success,
  'PUT /v2/training/{trainingId}': success,
  'DELETE /v2/training/{trainingId}': success,
  'GET /v2/custom-field/workspace/{workspaceId}': list(o({ ...customField.properties, archived: b })),
  'POST /v2/custom-field/workspace/{workspaceId}': customField,
  'PUT /v2/custom-field/{customfieldId}': success,
  'PUT /v2/custom-field/toggle-archive/{customfieldId}': success,
  'GET /v2/agent/{agentId}/idle-actions': idlePlan,
  'POST /v2/agent/{agentId}/idle-actions': idlePlan,
  'PUT /v2/agent/{agentId}/idle-actions': idlePlan,
  'DELETE /v2/agent/{agentId}/idle-actions': success,
  'GET /v2/agent/{id}/transfer-rules': list(rule),
  'POST /v2/agent/{agentId}/transfer-rules': rule,
  'PUT /v2/agent/{agentId}/transfer-rules/{transfer-rule-id}': rule,
  'DELETE /v2/agent/{agentId}/transfer-rules/{transfer-rule-id}': o({ success: either(b, s) }),
  'POST /v2/agent/{agentId}/mcp/add': undefined,
  'POST /v2/mcp/connect': undefined,
  'GET /v2/mcp/{mcpId}/tools': undefined,
  'GET /v2/mcp/{mcpId}/tool/{toolId}/active': undefined,
  'GET /v2/mcp/{mcpId}/tool/{toolId}/inactive': undefined,
  'GET /v2/mcp/{mcpId}/sync-tools': undefined,
  'DELETE /v2/mcp/{mcpId}': undefined,
  'GET /v2/agent/{agentId}/intentions': list(intention),
  'POST /v2/agent/{agentId}/intentions': success,
  'PUT /v2/intention/{intentionId}': success,
  'DELETE /v2/intention/{intentionId}': success,
  'GET /v2/workspace/{workspaceId}/chats': list(chat),
  'DELETE /v2/chat/{chatId}': success,
  'GET /v2/chat/{chatId}/messages': list(message),
  'DELETE /v2/chat/{chatId}/messages': success,
  'PUT /v2/chat/{chatId}/start-human': success,
  'PUT /v2/chat/{chatId}/stop-human': success,
  'POST /v2/chat/{chatId}/send-message': success,
  'PUT /v2/chat/{chatId}/message/{messageId}': changedMessage,
  'DELETE /v2/chat/{chatId}/message/{messageId}': changedMessage,
  'GET /v2/workspace/{workspaceId}/search': list(found),
  'GET /v2/workspace/{workspaceId}/contact/{contactId}': contact,
  'PUT /v2/contact/{contactId}/update': contact,
  'POST /v2/agent/{agentId}/conversation': said,
  'POST /v2/agent/{agentId}/add-message': said,
  'GET /v2/agent/{id}/list-behavior-history': list(
    o({ id: s, userId: s, userLogin: s, userName: s, userPicture: orNull(s), createdAt: i, behaviorText: s }),
  ),
  'GET /v2/workspace/{workspaceId}/channels': o({ data: list(channel), count: i }),
  'POST /v2/workspace/{workspaceId}/create-channel': newChannel,
  'POST /v2/assistant/{assistantId}/create-channel/{type}': undefined,
  'PUT /v2/channel/{channelId}': o({ name: orNull(s), assistantId: orNull(s), type: s, workspace }),
  'DELETE /v2/channel/{channelId}': success,
  'GET /v2/channel/{channelId}/qr-code': either(o({ value: s }), o({ connected: b })),
  'GET /v2/channel/{channelId}/config': config,
  'PUT /v2/channel/{id}/config': config,
  'POST /v2/agent/{agentId}/create-channel': o({ id: s, name: s, type: oneOf(...CHANNELS) }),
  'PUT /v2/channel/{channelId}/widget-settings': undefined,
  'GET /v2/channel/{channelId}/widget-links': undefined,
  'GET /v2/agent/{agentId}/search': o({
    data: list(o({ id: s, name: s, type: oneOf(...CHANNELS), connected: b })),
    count: i,
  }),
  'GET /v2/agent/{agentId}/credits-spent': o({
    total: i,
    data: list(o({ credits: i, year: i, month: i, day: i, model: s })),
  }),
  'POST /v2/channel/{channelId}/start-conversation': success,
  'GET /v2/workspace/{workspaceId}/interactions': list(interaction),
  'GET /v2/interaction/{interactionId}/messages': list(message),
  'DELETE /v2/interaction/{id}': o({ deleted: b }),
  'POST /v2/workspace/{workspaceId}/export': list(row),
};

let app: TestApp;
let owner: Person;
let visits: Visit[];

beforeAll(async () => {
  app = await startTestApp();
  owner = await app.register();
  visits = await tour({ url: app.url, token: owner.token, gateway: app.gateway });
  for (const { operation, status } of visits) {
    const [method, path] = operation.split(' ');
    recordRoute(method!, path!, status);
  }
}, 120_000);
afterAll(() => app?.close());

describe('the published contract', () => {
  it('has 73 operations, and the tour goes to all of them', () => {
    expect(Object.keys(PUBLISHED)).toHaveLength(73);
    expect([...new Set(visits.map((visit) => visit.operation))].sort()).toEqual(Object.keys(PUBLISHED).sort());
  });

  it.each(Object.entries(PUBLISHED))('%s', (operation, shape) => {
    for (const { status, body } of visits.filter((visit) => visit.operation === operation)) {
      expect(status).toBe(shape ? 200 : 501);
      expect(checkSchema(body, shape ?? error, () => ({}))).toEqual([]);
    }
  });

  it.each(Object.keys(PUBLISHED))('%s: one error shape', async (operation) => {
    const [method, template] = operation.split(' ') as [string, string];
    const answer = await app.inject(method, template.replace(/\{[\w-]+\}/g, '0193e6c5-5f7e-7c3a-9b1d-2a4f6c8e0b1d'));
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(checkSchema(answer.body, error, () => ({}))).toEqual([]);
  });
});

/** What GET answers, PUT accepts, whole; and what was changed is changed, the rest is not. */
describe('read, change one field, send everything back', () => {
  /** A resource as it was read before the tour changed it, and after; of a list, its only item. */
  const readings = (operation: string): Record<string, unknown>[] =>
    visits
      .filter((visit) => visit.operation === operation)
      .slice(-2)
      .map(({ body }) => (Array.isArray(body) ? body[0] : body));

  it.each([
    ['GET /v2/agent/{agentId}', ['jobName']],
    ['GET /v2/agent/{agentId}/settings', ['messageGroupingTime']],
    ['GET /v2/agent/{agentId}/webhooks', ['onTransfer']],
    ['GET /v2/agent/{agentId}/idle-actions', ['finishOn']],
    ['GET /v2/agent/{agentId}/trainings', ['text']],
    ['GET /v2/custom-field/workspace/{workspaceId}', ['name']],
    ['GET /v2/agent/{agentId}/intentions', ['details']],
    ['GET /v2/agent/{id}/transfer-rules', ['instructions']],
    ['GET /v2/channel/{channelId}/config', ['enabledTyping']],
    ['GET /v2/workspace/{workspaceId}/contact/{contactId}', ['birthday', 'customFieldValues']],
  ])('%s', (operation, changed) => {
    const [before, after] = readings(operation) as [Record<string, unknown>, Record<string, unknown>];
    for (const field of changed) expect(after[field], field).not.toEqual(before[field]);
    const rest = (whole: Record<string, unknown>) =>
      JSON.parse(
        JSON.stringify(whole, (key, value) => (key === 'updatedAt' || changed.includes(key) ? undefined : value)),
      );
    expect(rest(after)).toEqual(rest(before));
    expect(Object.keys(rest(after)).length).toBeGreaterThan(0);
  });
});
