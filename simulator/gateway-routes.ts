import type { ServerResponse } from 'node:http';
import { REQUIRED_SETTINGS, rowId, type StoredMessage, settingsFrom, type WebhookConfig } from './gateway-state.js';
import { address, type GatewayWorld, type LiveInstance, type Outgoing } from './gateway-world.js';
import { sendJson } from './http-json.js';
import type { Phone } from './phone.js';

export type Body = Record<string, unknown>;

/** One request after the guards. */
export interface Call {
  readonly world: GatewayWorld;
  readonly body: Body;
  readonly query: URLSearchParams;
  /** Of the routes that name one. */
  readonly live: LiveInstance;
  readonly isGlobalKey: boolean;
  readonly key: string;
  readonly res: ServerResponse;
}

/** An answer in the gateway's error envelope. */
export class GatewayError extends Error {
  constructor(
    readonly status: number,
    readonly reply: unknown,
  ) {
    super(typeof reply === 'string' ? reply : JSON.stringify(reply));
  }
}

export interface Route {
  /** Whether the path ends with an instance name, which is checked before the key. */
  readonly instance: boolean;
  readonly status: 200 | 201;
  /** The answer's body; `undefined` when the handler answered (or never will) itself. */
  handle(call: Call): unknown | Promise<unknown>;
}

const EVENT_NAMES =
  'APPLICATION_STARTUP,QRCODE_UPDATED,MESSAGES_SET,MESSAGES_UPSERT,MESSAGES_EDITED,MESSAGES_UPDATE,MESSAGES_DELETE,SEND_MESSAGE,SEND_MESSAGE_UPDATE,CONTACTS_SET,CONTACTS_UPSERT,CONTACTS_UPDATE,PRESENCE_UPDATE,CHATS_SET,CHATS_UPSERT,CHATS_UPDATE,CHATS_DELETE,GROUPS_UPSERT,GROUP_UPDATE,GROUP_PARTICIPANTS_UPDATE,CONNECTION_UPDATE,LABELS_EDIT,LABELS_ASSOCIATION,CALL,TYPEBOT_START,TYPEBOT_CHANGE_STATUS,REMOVE_INSTANCE,LOGOUT_INSTANCE,INSTANCE_CREATE,INSTANCE_DELETE,STATUS_INSTANCE'.split(
    ',',
  );

const bad = (...messages: unknown[]) => new GatewayError(400, messages);

/** The answer of the JSON-schema check. */
function schemaError(message: string): GatewayError {
  return new GatewayError(400, [[message]]);
}

function requireFields(body: Body, ...names: string[]): void {
  const missing = names.filter((name) => body[name] === undefined || body[name] === null);
  if (missing.length > 0) throw new GatewayError(400, [missing.map((name) => `instance requires property "${name}"`)]);
}

function requireString(body: Body, name: string): string {
  requireFields(body, name);
  const value = body[name];
  if (typeof value !== 'string') throw schemaError(`instance.${name} is not of a type(s) string`);
  return value;
}

function requireNumber(body: Body): string {
  const number = requireString(body, 'number');
  if (!/^\+?\d[\d\s().-]*(@[\w.-]+)?$/.test(number.replace(/:\d+@/, '@'))) throw schemaError('Invalid format');
  return number;
}

function record(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

// ---- instance ----------------------------------------------------------------------------------------------------------

async function createInstance({ world, body }: Call) {
  if (body['integration'] !== 'WHATSAPP-BAILEYS') throw bad('Invalid integration');
  const hook = body['webhook'] === undefined ? undefined : record(body['webhook']);
  if (hook) {
    if (typeof hook['url'] !== 'string' || !/^https?:\/\//.test(hook['url'])) throw bad('Invalid "url" property');
    if (!Array.isArray(hook['events'])) {
      throw bad("TypeError: Cannot read properties of undefined (reading 'length')");
    }
  }
  const token = typeof body['token'] === 'string' && body['token'] ? body['token'] : undefined;
  const number = typeof body['number'] === 'string' ? body['number'] : null;
  const live = world.create(String(body['instanceName']), token, number);
  const made = live.record;
  made.settings = settingsFrom(body);
  // At creation "enabled" is ignored and unknown event names pass.
  if (hook) made.webhook = webhookRow({ ...hook, enabled: true }, null);
  if (body['qrcode'] === true) await world.startQrRound(live);
  void world.emit(live, 'instance.create', { instanceName: made.name, instanceId: made.id });
  return {
    instance: {
      instanceName: made.name,
      instanceId: made.id,
      integration: 'WHATSAPP-BAILEYS',
      webhookWaBusiness: null,
      accessTokenWaBusiness: '',
      status: made.state,
    },
    hash: made.token,
    webhook: made.webhook
      ? {
          webhookUrl: made.webhook.url,
          webhookHeaders: made.webhook.headers,
          webhookByEvents: made.webhook.webhookByEvents,
          webhookBase64: made.webhook.webhookBase64,
        }
      : {},
    websocket: {},
    rabbitmq: {},
    nats: {},
    sqs: {},
    settings: made.settings,
    ...(body['qrcode'] === true ? { qrcode: live.qr ?? { count: 0 } } : {}),
  };
}

async function connect({ world, live, query }: Call) {
  const { record: instance } = live;
  if (instance.state === 'open') return { instance: { instanceName: instance.name, state: 'open' } };
  // A number counts only when it opens the socket.
  if (instance.state === 'close') instance.number = query.get('number') ?? instance.number;
  if (instance.state !== 'connecting' || !live.qr) await world.startQrRound(live);
  return live.qr ?? { pairingCode: null, count: 0 };
}

function fetchInstances({ world, query, isGlobalKey, key }: Call) {
  const name = query.get('instanceName');
  const id = query.get('instanceId');
  const all = [...world.instances.values()].filter(({ record: r }) => isGlobalKey || r.token === key);
  const found = all.filter(({ record: r }) => (!name || r.name === name) && (!id || r.id === id));
  if ((name || id) && found.length === 0) throw new GatewayError(404, [`Instance "${name ?? id}" not found`]);
  return found.map(({ record: r, phones }) => ({
    id: r.id,
    name: r.name,
    connectionStatus: r.state,
    ownerJid: r.ownerJid,
    profileName: r.profileName,
    profilePicUrl: null,
    integration: 'WHATSAPP-BAILEYS',
    number: r.number,
    businessId: null,
    token: r.token,
    clientName: 'evolution',
    disconnectionReasonCode: r.disconnectionReasonCode,
    disconnectionObject: null,
    disconnectionAt: null,
    createdAt: r.createdAt,
    updatedAt: r.updatedAt,
    Chatwoot: null,
    Proxy: null,
    Rabbitmq: null,
    Nats: null,
    Sqs: null,
    Websocket: null,
    Setting: r.settings,
    _count: { Message: r.messages.length, Contact: new Set(phones.values()).size, Chat: new Set(phones.values()).size },
  }));
}

function restart({ world, live }: Call) {
  if (live.record.state === 'close') return { error: true, message: '[object Object]' };
  const owner = live.record.ownerJid;
  if (live.record.state === 'open' && owner) void world.scan(live, { number: owner });
  else void world.startQrRound(live);
  return { instance: { instanceName: live.record.name, state: live.record.state } };
}

function logout({ world, live }: Call) {
  if (live.record.state === 'close') throw bad(`The "${live.record.name}" instance is not connected`);
  void world.disconnect(live, 401);
  return { status: 'SUCCESS', error: false, response: { message: 'Instance logged out' } };
}

function deleteInstance({ world, live }: Call) {
  if (live.record.state !== 'close') void world.disconnect(live, 401);
  void world.emit(live, 'remove.instance', null);
  void world.emit(live, 'instance.delete', { instanceName: live.record.name, instanceId: live.record.id });
  world.remove(live);
  return { status: 'SUCCESS', error: false, response: { message: 'Instance deleted' } };
}

// ---- webhook and settings ----------------------------------------------------------------------------------------------

function webhookRow(hook: Body, old: WebhookConfig | null): WebhookConfig {
  const now = new Date().toISOString();
  const flag = (name: string, fallback: boolean) => (typeof hook[name] === 'boolean' ? hook[name] : fallback);
  const headers =
    typeof hook['headers'] === 'object' ? (hook['headers'] as Record<string, string>) : (old?.headers ?? null);
  const enabled = hook['enabled'] !== false;
  return {
    id: old?.id ?? rowId(),
    url: String(hook['url'] ?? old?.url ?? ''),
    headers,
    enabled,
    events: enabled ? ((hook['events'] as string[] | undefined) ?? []) : [],
    webhookByEvents: flag('byEvents', old?.webhookByEvents ?? false),
    webhookBase64: flag('base64', old?.webhookBase64 ?? false),
    createdAt: old?.createdAt ?? now,
    updatedAt: now,
  };
}

function setWebhook({ world, live, body }: Call) {
  requireFields(body, 'webhook');
  const hook = record(body['webhook']);
  for (const name of ['enabled', 'url']) {
    if (hook[name] === undefined) throw schemaError(`webhook requires property "${name}"`);
  }
  const events = hook['events'];
  if (Array.isArray(events)) {
    const unknown = events.findIndex((name) => !EVENT_NAMES.includes(String(name)));
    if (unknown >= 0)
      throw schemaError(`webhook.events[${unknown}] is not one of enum values: ${EVENT_NAMES.join(',')}`);
  } else if (hook['enabled'] !== false) {
    throw new GatewayError(500, "Cannot read properties of undefined (reading 'length')");
  }
  live.record.webhook = webhookRow(hook, live.record.webhook);
  world.touch();
  return { ...live.record.webhook, instanceId: live.record.id };
}

function setSettings({ world, live, body }: Call) {
  requireFields(body, ...REQUIRED_SETTINGS);
  live.record.settings = settingsFrom(body);
  world.touch();
  return { settings: { instanceName: live.record.name, settings: live.record.settings } };
}

// ---- sending -----------------------------------------------------------------------------------------------------------

/** The phone a send goes to. @throws GatewayError 500 when not connected, 400 exists:false when not on WhatsApp */
export function sendTarget({ world, live }: Call, number: string): { phone: Phone; remoteJid: string } {
  if (live.record.state !== 'open') throw new GatewayError(500, 'Connection Closed');
  const target = world.recipient(live, number);
  if (!target) {
    const digits = number.replace(/\D/g, '');
    throw bad({ jid: number.includes('@') ? number : `${digits}@s.whatsapp.net`, exists: false, number });
  }
  return target;
}

/** A send whose body has passed the checks. */
export interface CheckedSend {
  readonly number: string;
  readonly delayMs: number;
  readonly out: Outgoing;
}

function checked(body: Body, number: string, out: Omit<Outgoing, 'quotedId'>): CheckedSend {
  const quotedId = record(record(body['quoted'])['key'])['id'];
  return {
    number,
    delayMs: typeof body['delay'] === 'number' ? body['delay'] : 0,
    out: { ...out, ...(typeof quotedId === 'string' ? { quotedId } : {}) },
  };
}

function readSendText(body: Body): CheckedSend {
  requireFields(body, 'number', 'text');
  const text = requireString(body, 'text');
  const number = requireNumber(body);
  if (text.trim() === '') throw bad('Text is required');
  return checked(body, number, { message: { conversation: text }, messageType: 'conversation', text });
}

/** As isURL and isBase64 see it: no data: prefix, and a host needs a dot and a top-level domain. */
const isMedia = (value: string) =>
  /^https?:\/\/[^/]+\.[a-z]{2,}(?:[:/?#]|$)/i.test(value) || /^[A-Za-z0-9+/]+={0,2}$/.test(value);

/** What the gateway's table of extensions knows, as far as it matters here. */
const MIMETYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  zip: 'application/zip',
  bin: 'application/octet-stream',
};
const DEFAULT_NAMES: Readonly<Record<string, string>> = { image: 'image.jpg', video: 'video.mp4' };

function readSendMedia(body: Body): CheckedSend {
  const number = requireNumber(body);
  const kind = requireString(body, 'mediatype');
  if (!['image', 'document', 'video', 'audio'].includes(kind)) {
    throw schemaError('instance.mediatype is not one of enum values: image,document,video,audio');
  }
  const media = requireString(body, 'media');
  const given = typeof body['fileName'] === 'string' ? body['fileName'] : undefined;
  if (!isMedia(media)) throw bad('Owned media must be a url or base64');
  if (kind === 'document' && !given && !media.startsWith('http'))
    throw bad('For base64 the file name must be informed.');
  // A document by address without a name loses its extension.
  const fileName = given ?? DEFAULT_NAMES[kind] ?? /.*\/(.+?)(?:\.|$)/.exec(media)?.[1] ?? kind;
  const caption = typeof body['caption'] === 'string' && body['caption'] ? body['caption'] : undefined;
  // Images are always encoded anew; otherwise the name decides, and what it does not tell becomes the text "false".
  const known = MIMETYPES[/\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''];
  const mimetype = kind === 'image' ? 'image/jpeg' : (known ?? 'false');
  const messageType = `${kind}Message`;
  return checked(body, number, {
    message: { [messageType]: { ...(caption ? { caption } : {}), fileName, mimetype, url: WHATSAPP_COPY } },
    messageType,
    text: caption ?? fileName,
    media: { url: media, fileName, mimetype },
  });
}

const WHATSAPP_COPY = 'https://mmg.whatsapp.net/o1/v/t24/f2/simulated';

function readSendAudio(body: Body): CheckedSend {
  const number = requireNumber(body);
  const audio = requireString(body, 'audio');
  if (!isMedia(audio)) throw bad('Owned media must be a url, base64, or valid file with buffer');
  const mimetype = 'audio/ogg; codecs=opus';
  // Up to 2.3.7 a voice note carries no quote.
  const { quoted: _, ...rest } = body;
  return checked(rest, number, {
    message: { audioMessage: { mimetype, seconds: 7, ptt: true, url: WHATSAPP_COPY } },
    messageType: 'audioMessage',
    text: '[audioMessage]',
    media: { url: audio, fileName: null, mimetype },
  });
}

/** The send routes by their action; their faults need the socket, so the server carries them out. */
export const SENDS: Readonly<Record<string, (body: Body) => CheckedSend>> = {
  sendText: readSendText,
  sendMedia: readSendMedia,
  sendWhatsAppAudio: readSendAudio,
};

const typingRounds = new WeakMap<Phone, number>();

/** Shows the presence on the phone for `ms`; resolves when it is over, and no later presence is cut short by it. */
export function composeFor(world: GatewayWorld, phone: Phone, presence: string, ms: number): Promise<void> {
  const round = (typingRounds.get(phone) ?? 0) + 1;
  typingRounds.set(phone, round);
  phone.setTyping(presence === 'composing' || presence === 'recording');
  return new Promise((resolve) =>
    world.later(ms, () => {
      if (typingRounds.get(phone) === round) phone.setTyping(false);
      resolve();
    }),
  );
}

async function sendPresence(call: Call) {
  requireFields(call.body, 'number', 'presence', 'delay');
  const number = requireNumber(call.body);
  const presence = requireString(call.body, 'presence');
  if (!['unavailable', 'available', 'composing', 'recording', 'paused'].includes(presence)) {
    throw schemaError('instance.presence is not one of enum values: unavailable,available,composing,recording,paused');
  }
  if (call.live.record.state !== 'open') throw bad('Error: Connection Closed');
  const { phone } = sendTarget(call, number);
  await composeFor(call.world, phone, presence, Number(call.body['delay']) || 0);
  return { presence };
}

// ---- chat --------------------------------------------------------------------------------------------------------------

function markMessageAsRead({ world, live, body }: Call) {
  requireFields(body, 'readMessages');
  if (live.record.state !== 'open') throw bad('Read messages fail', 'Error: Connection Closed');
  for (const item of Array.isArray(body['readMessages']) ? body['readMessages'] : []) {
    const { remoteJid, id } = record(item);
    // LID keys are skipped without a word, up to 2.3.7.
    if (typeof remoteJid !== 'string' || remoteJid.endsWith('@lid')) continue;
    live.phones.get(remoteJid)?.update(String(id), { status: 'READ' });
  }
  world.touch();
  return { message: 'Read messages', read: 'success' };
}

function whatsappNumbers({ world, live, body }: Call) {
  if (!Array.isArray(body['numbers'])) throw schemaError('instance requires property "numbers"');
  if (live.record.state !== 'open') throw new GatewayError(500, 'Connection Closed');
  return body['numbers'].map((value) => {
    const number = String(value);
    const target = world.recipient(live, number);
    if (!target) return { jid: `${number.replace(/\D/g, '')}@s.whatsapp.net`, exists: false, number };
    return { jid: target.remoteJid, exists: true, number, name: target.phone.name };
  });
}

function findMessages({ live, body }: Call) {
  const where = record(body['where']);
  const key = record(where['key']);
  const time = record(where['messageTimestamp']);
  const bounds =
    time['gte'] && time['lte'] ? [Date.parse(String(time['gte'])), Date.parse(String(time['lte']))] : undefined;
  const matches = (row: StoredMessage) => {
    if (typeof key['id'] === 'string' && row.key.id !== key['id']) return false;
    if (typeof key['remoteJid'] === 'string' && row.key.remoteJid !== key['remoteJid']) return false;
    // fromMe:false is ignored: the filter only knows truthy values.
    if (key['fromMe'] && !row.key.fromMe) return false;
    if (typeof where['messageType'] === 'string' && row.messageType !== where['messageType']) return false;
    if (!bounds) return true;
    const at = row.messageTimestamp * 1000;
    return at >= Math.floor(bounds[0]! / 1000) * 1000 && at <= bounds[1]!;
  };
  const found = live.record.messages.filter(matches).reverse();
  found.sort((a, b) => b.messageTimestamp - a.messageTimestamp);
  const size = Number(body['offset']) || 50;
  const page = Number(body['page']) || 1;
  return {
    messages: {
      total: found.length,
      pages: Math.ceil(found.length / size),
      currentPage: page,
      records: found.slice((page - 1) * size, page * size),
    },
  };
}

function chatRows(live: LiveInstance, body: Body): Phone[] {
  const wanted = record(body['where'])['remoteJid'];
  const phones = [...new Set(live.phones.values())];
  return typeof wanted === 'string' ? phones.filter((p) => address(p) === wanted) : phones;
}

function findChats({ live, body }: Call) {
  const skip = Number(body['skip']) || 0;
  const take = Number(body['take']) || Number.POSITIVE_INFINITY;
  return chatRows(live, body)
    .filter((phone) => phone.transcript.length > 0)
    .slice(skip, skip + take)
    .map((phone) => {
      const jids = [phone.jid, phone.lid];
      const lastMessage = live.record.messages.findLast((row) => jids.includes(row.key.remoteJid)) ?? null;
      const at = phone.transcript.at(-1)!.at;
      return {
        id: null,
        remoteJid: address(phone),
        pushName: phone.name,
        profilePicUrl: null,
        updatedAt: new Date(at).toISOString(),
        windowStart: new Date(at).toISOString(),
        windowExpires: new Date(at + 86_400_000).toISOString(),
        windowActive: true,
        lastMessage,
        unreadCount: phone.transcript.filter((b) => b.by === 'customer' && b.status !== 'READ').length,
        isSaved: false,
      };
    });
}

function findContacts({ live, body }: Call) {
  return chatRows(live, body).map((phone) => ({
    id: phone.jid,
    remoteJid: address(phone),
    pushName: phone.name,
    profilePicUrl: null,
    createdAt: live.record.createdAt,
    updatedAt: live.record.updatedAt,
    instanceId: live.record.id,
  }));
}

const EDITABLE_MS = 15 * 60_000;
const CAPTIONED = ['imageMessage', 'videoMessage'];

function ownMessage(live: LiveInstance, key: Body): StoredMessage {
  const row = live.record.messages.find((m) => m.key.id === key['id']);
  if (!row) throw bad('Message not found');
  if (row.key.remoteJid !== key['remoteJid']) throw bad('RemoteJid does not match');
  if (!row.key.fromMe) throw bad('You cannot change messages of others');
  return row;
}

function updateMessage({ world, live, body }: Call) {
  requireFields(body, 'number', 'key', 'text');
  const row = ownMessage(live, record(body['key']));
  const text = requireString(body, 'text');
  if (live.record.state !== 'open') throw new GatewayError(500, 'Connection Closed');
  if (Date.now() - row.messageTimestamp * 1000 > EDITABLE_MS) throw bad('Message is older than 15 minutes');
  if (row.messageType === 'conversation') row.message = { conversation: text };
  else if (CAPTIONED.includes(row.messageType)) record(row.message[row.messageType])['caption'] = text;
  else throw bad('Message not compatible');
  live.phones.get(row.key.remoteJid)?.update(row.key.id, { text, edited: true });
  const data = {
    key: row.key,
    type: 'MESSAGE_EDIT',
    editedMessage: { conversation: text },
    timestampMs: String(Date.now()),
  };
  void world.emit(live, 'send.message.update', data);
  world.touch();
  return {
    key: row.key,
    message: { protocolMessage: data },
    messageTimestamp: row.messageTimestamp,
    status: 'PENDING',
  };
}

function deleteMessageForEveryone({ world, live, body }: Call) {
  requireFields(body, 'id', 'remoteJid', 'fromMe');
  const row = ownMessage(live, body);
  if (live.record.state !== 'open') throw new GatewayError(500, 'Connection Closed');
  live.phones.get(row.key.remoteJid)?.update(row.key.id, { deleted: true });
  const { id, key, messageType, message } = row;
  void world.emit(live, 'messages.delete', { id, key, status: 'DELETED', messageType, message });
  world.touch();
  return {
    key,
    message: { protocolMessage: { key, type: 'REVOKE' } },
    messageTimestamp: row.messageTimestamp,
    status: 'PENDING',
  };
}

const MEDIA = ['imageMessage', 'audioMessage', 'videoMessage', 'documentMessage', 'stickerMessage', 'ptvMessage'];

function getBase64({ live, body }: Call) {
  const asked = record(body['message']);
  const id = String(record(asked['key'])['id'] ?? '');
  const message = asked['message']
    ? record(asked['message'])
    : live.record.messages.find((m) => m.key.id === id)?.message;
  if (!message) throw bad('Message not found');
  const mediaType = MEDIA.find((name) => message[name] !== undefined);
  if (!mediaType) throw bad('The message is not of the media type');
  const media = record(message[mediaType]);
  const mimetype = String(media['mimetype'] ?? 'application/octet-stream');
  const bytes =
    typeof message['base64'] === 'string'
      ? message['base64']
      : Buffer.from(`simulated ${mediaType}`).toString('base64');
  return {
    mediaType,
    fileName: String(media['fileName'] ?? `${id}.${mimetype.split(/[/;]/)[1] ?? 'bin'}`),
    caption: media['caption'],
    size: { fileLength: media['fileLength'], height: media['height'], width: media['width'] },
    mimetype,
    base64: bytes,
    buffer: null,
  };
}

const at =
  (status: 200 | 201, instance = true) =>
  (handle: Route['handle']): Route => ({ status, instance, handle });
const ok = at(200);
const created = at(201);

/** "METHOD /controller/action" to what answers it, but for the sends (`SENDS`). */
export const ROUTES: Readonly<Record<string, Route>> = {
  'POST /instance/create': at(201, false)(createInstance),
  'GET /instance/fetchInstances': at(200, false)(fetchInstances),
  'GET /instance/connect': ok(connect),
  'GET /instance/connectionState': ok(({ live }) => ({
    instance: { instanceName: live.record.name, state: live.record.state },
  })),
  'POST /instance/restart': ok(restart),
  'DELETE /instance/logout': ok(logout),
  'DELETE /instance/delete': ok(deleteInstance),
  'POST /instance/setPresence': created(({ body }) => ({ presence: requireString(body, 'presence') })),
  'POST /webhook/set': created(setWebhook),
  'GET /webhook/find': ok(({ live }) =>
    live.record.webhook ? { ...live.record.webhook, instanceId: live.record.id } : null,
  ),
  'POST /settings/set': created(setSettings),
  'GET /settings/find': ok(({ live }) => live.record.settings),
  'POST /chat/sendPresence': created(sendPresence),
  'POST /chat/markMessageAsRead': created(markMessageAsRead),
  'POST /chat/whatsappNumbers': ok(whatsappNumbers),
  'POST /chat/findMessages': ok(findMessages),
  'POST /chat/findChats': ok(findChats),
  'POST /chat/findContacts': ok(findContacts),
  'POST /chat/fetchProfilePictureUrl': ok(({ world, live, body }) => ({
    wuid: world.recipient(live, requireNumber(body))?.remoteJid ?? null,
    profilePictureUrl: null,
  })),
  'POST /chat/updateMessage': ok(updateMessage),
  'DELETE /chat/deleteMessageForEveryone': created(deleteMessageForEveryone),
  'POST /chat/getBase64FromMediaMessage': created(getBase64),
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** Answers in the gateway's error envelope. */
export function sendError(res: ServerResponse, status: number, message: unknown): void {
  sendJson(res, status, { status, error: REASONS[status] ?? 'Error', response: { message } });
}
