import type { EvolutionGateway } from '../simulator/evolution-gateway.js';

/** One answer of the tour, under the operation that was asked: "GET /v2/agent/{agentId}". */
export interface Visit {
  readonly operation: string;
  readonly status: number;
  readonly body: unknown;
}

/** Where the tour goes. */
export interface Destination {
  readonly url: string;
  /** An access token or API key of a business without agents. */
  readonly token: string;
  readonly gateway: EvolutionGateway;
}

// biome-ignore lint/suspicious/noExplicitAny: a client of the published API reads what comes
type Body = any;

/** A day in 1990, as the published contact has it: epoch milliseconds. */
const BIRTHDAY = Date.UTC(1990, 4, 17);

/**
 * Walks through every published route once, as a client written for it would: create, read, change one field of what was
 * read and send all of it back, delete. @throws when an answer it needs to go on is not a success
 */
export async function tour({ url, token, gateway }: Destination): Promise<Visit[]> {
  const visits: Visit[] = [];

  const ask = async (
    operation: string,
    ids: Record<string, string> = {},
    body?: unknown,
    query = '',
  ): Promise<Body> => {
    const [method, template] = operation.split(' ') as [string, string];
    const path = template.replace(/\{([\w-]+)\}/g, (_, name: string) => ids[name] ?? `no-${name}`);
    const response = await fetch(url + path + query, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = response.status === 204 ? undefined : await response.json();
    visits.push({ operation, status: response.status, body: answer });
    return answer;
  };
  const must = async (...parameters: Parameters<typeof ask>): Promise<Body> => {
    const answer = await ask(...parameters);
    const { status } = visits.at(-1)!;
    if (status >= 300) throw new Error(`${parameters[0]}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  /** Reads, changes one field, sends everything back. */
  const change = async (read: string, write: string, ids: Record<string, string>, field: object) => {
    await must(write, ids, { ...(await must(read, ids)), ...field });
    return must(read, ids);
  };

  const [{ id: workspaceId }] = await must('GET /v2/workspaces');
  await must('GET /v2/workspace/{workspaceId}/credits', { workspaceId });

  const { id: agentId } = await must(
    'POST /v2/workspace/{workspaceId}/agents',
    { workspaceId },
    { name: 'Bia', behavior: 'Seja breve.' },
  );
  const other = await must('POST /v2/workspace/{workspaceId}/agents', { workspaceId }, { name: 'Caio' });
  await must('GET /v2/workspace/{workspaceId}/agents', { workspaceId }, undefined, '?page=1&pageSize=10&query=Bia');
  await change('GET /v2/agent/{agentId}', 'PUT /v2/agent/{agentId}', { agentId }, { jobName: 'Doces do Porto' });
  await must('PUT /v2/agent/{agentId}/inactive', { agentId });
  await must('PUT /v2/agent/{agentId}/active', { agentId });
  const grouping = { messageGroupingTime: 'NO_GROUP' };
  await change('GET /v2/agent/{agentId}/settings', 'PUT /v2/agent/{agentId}/settings', { agentId }, grouping);
  const hook = { onTransfer: 'https://example.com/hooks/transfer' };
  await change('GET /v2/agent/{agentId}/webhooks', 'PUT /v2/agent/{agentId}/webhooks', { agentId }, hook);
  await must('GET /v2/agent/{id}/list-behavior-history', { id: agentId }, undefined, '?page=0&pageSize=10');
  await must('GET /v2/agent/{agentId}/credits-spent', { agentId }, undefined, '?year=2026&month=11');

  const trainings = [
    { type: 'TEXT', text: 'Entregamos de segunda a sexta.', image: 'https://example.com/map.png' },
    { type: 'WEBSITE', website: 'https://example.com', trainingSubPages: 'DISABLED', trainingInterval: 'NEVER' },
    { type: 'VIDEO', video: 'https://example.com/video.mp4' },
    {
      type: 'DOCUMENT',
      documentUrl: 'https://example.com/a.pdf',
      documentName: 'a.pdf',
      documentMimetype: 'application/pdf',
    },
  ];
  for (const training of trainings) {
    await must('POST /v2/agent/{agentId}/trainings', { agentId }, training);
    await must('GET /v2/agent/{agentId}/trainings', { agentId }, undefined, `?type=${training.type}`);
  }
  const [training] = await must('GET /v2/agent/{agentId}/trainings', { agentId }, undefined, '?type=TEXT');
  await must(
    'PUT /v2/training/{trainingId}',
    { trainingId: training.id },
    { ...training, text: 'Entregamos todo dia.' },
  );
  await must('GET /v2/agent/{agentId}/trainings', { agentId }, undefined, '?type=TEXT');
  await must('DELETE /v2/training/{trainingId}', { trainingId: training.id });

  await must(
    'POST /v2/custom-field/workspace/{workspaceId}',
    { workspaceId },
    {
      name: 'Tamanho',
      jsonName: 'tamanho',
      description: 'Tamanho preferido',
      type: 'STRING',
    },
  );
  const [field] = await must('GET /v2/custom-field/workspace/{workspaceId}', { workspaceId });
  const customfieldId = field.id;
  await must('PUT /v2/custom-field/{customfieldId}', { customfieldId }, { ...field, name: 'Tamanho do bolo' });
  await must('GET /v2/custom-field/workspace/{workspaceId}', { workspaceId });
  await must('PUT /v2/custom-field/toggle-archive/{customfieldId}', { customfieldId }, undefined, '?archived=true');
  await must('PUT /v2/custom-field/toggle-archive/{customfieldId}', { customfieldId }, undefined, '?archived=false');

  await must(
    'POST /v2/agent/{agentId}/intentions',
    { agentId },
    {
      description: 'Consulta o status de um pedido',
      details: 'Responda com o campo status.',
      instructions: 'Quando o cliente perguntar pelo pedido.',
      fields: [{ name: 'Pedido', jsonName: 'pedido', description: 'Número do pedido', type: 'STRING', required: true }],
      type: 'WEBHOOK',
      httpMethod: 'POST',
      url: 'https://example.com/orders',
      headers: [{ name: 'x-token', value: 'secret' }],
      params: [{ name: 'loja', value: '1' }],
      variables: [{ valueExpression: '$.status', defaultFieldKey: 'contact_name', customField: field }],
      requestBody: '{"pedido":"{{pedido}}"}',
      autoGenerateParams: false,
      autoGenerateBody: false,
    },
  );
  const [intention] = await must('GET /v2/agent/{agentId}/intentions', { agentId });
  await must(
    'PUT /v2/intention/{intentionId}',
    { intentionId: intention.id },
    { ...intention, details: 'Seja breve.' },
  );
  await must('GET /v2/agent/{agentId}/intentions', { agentId });
  await must('DELETE /v2/intention/{intentionId}', { intentionId: intention.id });

  const plan = {
    actions: [
      {
        instructions: 'Pergunte se ainda precisa de ajuda.',
        seconds: 600,
        allowAllHours: false,
        workingHours: [{ dayWeek: 1, active: true, hours: [{ start: '08:00', end: '18:00' }] }],
      },
    ],
    finishOn: { seconds: 3_600 },
  };
  await must('POST /v2/agent/{agentId}/idle-actions', { agentId }, plan);
  const finish = { finishOn: { seconds: 7_200 } };
  await change('GET /v2/agent/{agentId}/idle-actions', 'PUT /v2/agent/{agentId}/idle-actions', { agentId }, finish);
  await must('DELETE /v2/agent/{agentId}/idle-actions', { agentId });

  const rule = { instructions: 'Quando quiser comprar.', returnOnFinish: true, type: 'AGENT', agentId: other.id };
  const made = await must('POST /v2/agent/{agentId}/transfer-rules', { agentId }, rule);
  await must('GET /v2/agent/{id}/transfer-rules', { id: agentId });
  const ruleIds = { agentId, 'transfer-rule-id': made.id };
  await must('PUT /v2/agent/{agentId}/transfer-rules/{transfer-rule-id}', ruleIds, {
    ...made,
    instructions: 'Vendas.',
  });
  await must('GET /v2/agent/{id}/transfer-rules', { id: agentId });
  await must('DELETE /v2/agent/{agentId}/transfer-rules/{transfer-rule-id}', ruleIds);

  const server = {
    name: 'x',
    description: 'x',
    mcpUrl: 'https://example.com/mcp',
    urlType: 'SSE',
    authType: 'NO_OAUTH',
  };
  const mcp = { mcpId: agentId, toolId: agentId };
  await ask('POST /v2/agent/{agentId}/mcp/add', { agentId }, server);
  await ask('POST /v2/mcp/connect', {}, { code: 'x', state: 'x' });
  await ask('GET /v2/mcp/{mcpId}/tools', mcp);
  await ask('GET /v2/mcp/{mcpId}/tool/{toolId}/active', mcp);
  await ask('GET /v2/mcp/{mcpId}/tool/{toolId}/inactive', mcp);
  await ask('GET /v2/mcp/{mcpId}/sync-tools', mcp);
  await ask('DELETE /v2/mcp/{mcpId}', mcp);

  const { id: channelId } = await must(
    'POST /v2/agent/{agentId}/create-channel',
    { agentId },
    { name: 'Loja', type: 'WHATSAPP' },
  );
  await must('GET /v2/channel/{channelId}/qr-code', { channelId });
  await gateway.scan(`tawkee-${channelId}`, { number: '558133330000', name: 'Loja' });
  await until(async () => (await must('GET /v2/agent/{agentId}/search', { agentId })).data[0].connected === true);
  await must('GET /v2/channel/{channelId}/qr-code', { channelId });
  await must('GET /v2/workspace/{workspaceId}/channels', { workspaceId }, undefined, `?agentId=${agentId}`);
  const quiet = { enabledTyping: false };
  await must(
    'PUT /v2/channel/{id}/config',
    { id: channelId },
    {
      ...(await must('GET /v2/channel/{channelId}/config', { channelId })),
      ...quiet,
    },
  );
  await must('GET /v2/channel/{channelId}/config', { channelId });
  await must('PUT /v2/channel/{channelId}', { channelId }, { name: 'Loja do Porto', agentId });
  await ask(
    'POST /v2/assistant/{assistantId}/create-channel/{type}',
    { assistantId: agentId, type: 'WIDGET' },
    { name: 'Site' },
  );
  await ask('PUT /v2/channel/{channelId}/widget-settings', { channelId }, { isPublic: true });
  await ask('GET /v2/channel/{channelId}/widget-links', { channelId });

  const customer = gateway.phone(`tawkee-${channelId}`, { number: '5581999990001', name: 'Cliente' });
  customer.say('Vocês entregam no sábado?');
  await customer.waitForMessages(1, 20_000);
  const chats = () => must('GET /v2/workspace/{workspaceId}/chats', { workspaceId }, undefined, `?agentId=${agentId}`);
  const [{ id: chatId }] = await chats();
  await must('PUT /v2/chat/{chatId}/start-human', { chatId });
  await must('POST /v2/chat/{chatId}/send-message', { chatId }, { message: 'Aqui é uma pessoa.' });
  await must(
    'POST /v2/chat/{chatId}/send-message',
    { chatId },
    { message: 'O cardápio', image: 'https://example.com/menu.png' },
  );
  const messages = await must('GET /v2/chat/{chatId}/messages', { chatId });
  const mine = messages.find((message: { text: string }) => message.text === 'Aqui é uma pessoa.');
  const message = { chatId, messageId: mine.id };
  await must('PUT /v2/chat/{chatId}/message/{messageId}', message, { message: 'Aqui é a Ana.' });
  await must('DELETE /v2/chat/{chatId}/message/{messageId}', message);
  await must('PUT /v2/chat/{chatId}/stop-human', { chatId });

  const [contact] = await must(
    'GET /v2/workspace/{workspaceId}/search',
    { workspaceId },
    undefined,
    '?page=1&pageSize=10',
  );
  const contactIds = { workspaceId, contactId: contact.id };
  const whole = await must('GET /v2/workspace/{workspaceId}/contact/{contactId}', contactIds);
  const changed = {
    ...whole,
    birthday: BIRTHDAY,
    customFieldValues: [{ customFieldId: customfieldId, value: 'grande' }],
  };
  await must('PUT /v2/contact/{contactId}/update', contactIds, changed);
  await must('GET /v2/workspace/{workspaceId}/contact/{contactId}', contactIds);

  gateway.phone(`tawkee-${channelId}`, { number: '5581988880002', name: 'Rita' });
  await must(
    'POST /v2/channel/{channelId}/start-conversation',
    { channelId },
    { phone: '+55 81 98888-0002', message: 'Seu pedido saiu.' },
  );
  await must('POST /v2/agent/{agentId}/conversation', { agentId }, { contextId: 'tour', prompt: 'Oi' });
  await must(
    'POST /v2/agent/{agentId}/add-message',
    { agentId },
    { contextId: 'tour', prompt: 'Anotado.', role: 'assistant' },
  );

  const interactions = await must(
    'GET /v2/workspace/{workspaceId}/interactions',
    { workspaceId },
    undefined,
    `?agentId=${agentId}`,
  );
  const interactionId = interactions[0].id;
  await must('GET /v2/interaction/{interactionId}/messages', { interactionId });
  await must('POST /v2/workspace/{workspaceId}/export', { workspaceId }, { page: 1, pagesize: 10 });
  await must('DELETE /v2/interaction/{id}', { id: interactionId });
  await must('DELETE /v2/chat/{chatId}/messages', { chatId });
  await must('DELETE /v2/chat/{chatId}', { chatId });
  await must('DELETE /v2/channel/{channelId}', { channelId });
  await must(
    'POST /v2/workspace/{workspaceId}/create-channel',
    { workspaceId },
    { name: 'Outra', type: 'WHATSAPP', agentId },
  );
  const { data: left } = await must('GET /v2/workspace/{workspaceId}/channels', { workspaceId });
  for (const { id } of left) await must('DELETE /v2/channel/{channelId}', { channelId: id });
  await must('DELETE /v2/agent/{agentId}', { agentId });
  return visits;
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('the number did not connect');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
