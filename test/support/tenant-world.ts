import { randomUUID } from 'node:crypto';
import type { Person, Shop, TestApp } from './test-app.js';

/** A business with one of everything, all of it marked with `canary`, and the ids of it under their names in paths. */
export interface TenantWorld {
  readonly shop: Shop;
  readonly canary: string;
  readonly ids: Readonly<Record<string, string>>;
  /** A member of each lower role. */
  readonly members: Readonly<Record<'ADMIN' | 'MEMBER' | 'VIEWER', Person>>;
  /** Somebody who was an admin here and is no member any more. */
  readonly removed: Person;
  /** An API key that may all an admin may. */
  readonly apiKey: string;
}

/** Builds a business through the API, and its customer through the gateway. */
export async function buildTenantWorld(app: TestApp, canary: string): Promise<TenantWorld> {
  const shop = await app.openShop({ agent: { name: `${canary} agent`, behavior: `${canary} behaviour` } });
  const { token, workspaceId, agentId, channelId, instanceName } = shop;
  const must = async (method: string, path: string, body?: unknown) => {
    const answer = await app.inject(method, path, { token, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body.data;
  };

  const members = {
    ADMIN: await join(app, workspaceId, 'ADMIN', canary),
    MEMBER: await join(app, workspaceId, 'MEMBER', canary),
    VIEWER: await join(app, workspaceId, 'VIEWER', canary),
  };
  const removed = await join(app, workspaceId, 'ADMIN', canary);
  await must('DELETE', `/workspaces/${workspaceId}/members/${removed.userId}`);

  await must('PUT', `/workspaces/${workspaceId}`, { name: `${canary} workspace` });
  const training = await must('POST', `/agent/${agentId}/trainings`, { type: 'TEXT', text: `${canary} training` });
  const intention = await must('POST', `/agent/${agentId}/intentions`, {
    description: `${canary} intention`,
    type: 'WEBHOOK',
    httpMethod: 'GET',
    url: 'https://example.com/orders',
    autoGenerateParams: false,
    autoGenerateBody: false,
    headers: [{ name: 'x-token', value: `${canary} header` }],
  });
  const rule = await must('POST', `/agent/${agentId}/transfer-rules`, {
    instructions: `${canary} rule`,
    type: 'HUMAN',
    returnOnFinish: false,
  });
  const field = await must('POST', `/custom-field/workspace/${workspaceId}`, {
    name: `${canary} field`,
    jsonName: 'size',
    description: '',
    type: 'STRING',
  });
  const invitation = await must('POST', `/workspaces/${workspaceId}/invitations`, {
    email: `${canary.toLowerCase()}-${randomUUID()}@example.com`,
    role: 'VIEWER',
  });
  const key = await must('POST', `/workspaces/${workspaceId}/api-keys`, { name: `${canary} key`, role: 'ADMIN' });
  const spare = await must('POST', `/workspaces/${workspaceId}/api-keys`, { name: `${canary} spare`, role: 'VIEWER' });

  const number = `5581${Math.floor(1e8 * Math.random()) + 3e8}`;
  await app.gateway.phone(instanceName, { number, name: `${canary} customer` }).say(`${canary} hello`);
  const reply = await app.until<{
    id: string;
    chat_id: string;
    contact_id: string;
    interaction_id: string;
    turn_id: string;
  }>(
    `SELECT m.id, m.chat_id, c.contact_id, m.interaction_id, m.turn_id FROM messages m
     JOIN chats c ON c.workspace_id = m.workspace_id AND c.id = m.chat_id
     WHERE m.workspace_id = $1 AND m.role = 'assistant' AND m.status = 'READ'`,
    [workspaceId],
    (row) => row !== undefined,
  );
  const contact = (name: string) => must('POST', `/workspace/${workspaceId}/contacts`, { name: `${canary} ${name}` });
  const [doubled, other] = [await contact('doubled contact'), await contact('other contact')];
  await must('POST', `/contact/${reply.contact_id}/merge`, { contactId: doubled.id });
  const [merge] = await must('GET', `/contact/${reply.contact_id}/merges`);

  // As if that reply had a file: what its link leads to is none of the routes' matter.
  await app.db.query(`UPDATE messages SET media_state = 'READY' WHERE workspace_id = $1 AND id = $2`, [
    workspaceId,
    reply.id,
  ]);
  await app.db.query(
    `INSERT INTO message_media (workspace_id, message_id, storage_key, mimetype, bytes)
     VALUES ($1::uuid, $2::uuid, $1::text || '/' || $2::text, 'image/png', 1)`,
    [workspaceId, reply.id],
  );
  const quarantined = randomUUID();
  await app.db.query(
    'INSERT INTO webhook_quarantine (workspace_id, id, channel_id, body, error) VALUES ($1, $2, $3, $4, $5)',
    [workspaceId, quarantined, channelId, JSON.stringify({ event: 'messages.upsert', data: canary }), canary],
  );
  const notice = randomUUID();
  await app.db.query('INSERT INTO notices (workspace_id, id, kind, key, details) VALUES ($1, $2, $3, $4, $5)', [
    workspaceId,
    notice,
    'chat.needs_person',
    canary,
    JSON.stringify({ canary }),
  ]);

  const delivery = randomUUID();
  // Loopback is not allowed: a replay ends before anything is dialled.
  await app.db.query(
    `INSERT INTO hook_deliveries (workspace_id, id, agent_id, event, url, payload, state)
     VALUES ($1, $2, $3, 'onTransfer', 'http://127.0.0.1:1/', $4, 'DEAD')`,
    [workspaceId, delivery, agentId, JSON.stringify({ canary })],
  );

  return {
    shop,
    canary,
    members,
    removed,
    apiKey: key.key,
    ids: {
      workspaceId,
      agentId,
      assistantId: agentId,
      channelId,
      chatId: reply.chat_id,
      messageId: reply.id,
      contactId: reply.contact_id,
      otherContactId: other.id,
      mergeId: merge.id,
      interactionId: reply.interaction_id,
      turnId: reply.turn_id,
      trainingId: training.id,
      intentionId: intention.id,
      transferRuleId: rule.id,
      customFieldId: field.id,
      invitationId: invitation.id,
      apiKeyId: spare.id,
      userId: members.VIEWER.userId,
      memberId: members.MEMBER.userId,
      password: shop.password,
      workspaceName: `${canary} workspace`,
      quarantineId: quarantined,
      noticeId: notice,
      deliveryId: delivery,
      mcpId: randomUUID(),
      toolId: randomUUID(),
      type: 'WIDGET',
      name: 'GPT_5',
    },
  };
}

/** A new person who accepted an invitation would need a mailbox; the row is what remains of it. */
async function join(app: TestApp, workspaceId: string, role: string, canary: string): Promise<Person> {
  const person = await app.register(`${canary} ${role}`);
  await app.db.query('INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, $3)', [
    workspaceId,
    person.userId,
    role,
  ]);
  return person;
}
