import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PhoneRecord } from './phone.js';

export type ConnectionState = 'open' | 'connecting' | 'close' | 'refused';

export interface WebhookConfig {
  id: string;
  url: string;
  headers: Record<string, string> | null;
  enabled: boolean;
  events: string[];
  webhookByEvents: boolean;
  webhookBase64: boolean;
  createdAt: string;
  updatedAt: string;
}

/** One stored message, in the shape findMessages shows. */
export interface StoredMessage {
  id: string;
  key: { id: string; remoteJid: string; fromMe: boolean; [more: string]: unknown };
  pushName: string;
  messageType: string;
  message: Record<string, unknown>;
  messageTimestamp: number;
  instanceId: string;
  source: string;
  contextInfo: unknown;
  MessageUpdate: { status: string }[];
}

export interface InstanceRecord {
  name: string;
  id: string;
  token: string;
  state: ConnectionState;
  number: string | null;
  ownerJid: string | null;
  profileName: string | null;
  disconnectionReasonCode: number | null;
  createdAt: string;
  updatedAt: string;
  webhook: WebhookConfig | null;
  settings: Settings;
  phones: PhoneRecord[];
  messages: StoredMessage[];
}

export interface Settings {
  rejectCall: boolean;
  msgCall: string;
  groupsIgnore: boolean;
  alwaysOnline: boolean;
  readMessages: boolean;
  readStatus: boolean;
  syncFullHistory: boolean;
  wavoipToken: string;
}

export const REQUIRED_SETTINGS = [
  'rejectCall',
  'groupsIgnore',
  'alwaysOnline',
  'readMessages',
  'readStatus',
  'syncFullHistory',
] as const;

/** The settings of an instance, with what the request says laid over the defaults. */
export function settingsFrom(body: Record<string, unknown>): Settings {
  const settings: Settings = {
    rejectCall: false,
    msgCall: '',
    groupsIgnore: false,
    alwaysOnline: false,
    readMessages: false,
    readStatus: false,
    syncFullHistory: false,
    wavoipToken: '',
  };
  for (const name of REQUIRED_SETTINGS) if (typeof body[name] === 'boolean') settings[name] = body[name];
  if (typeof body['msgCall'] === 'string') settings.msgCall = body['msgCall'];
  if (typeof body['wavoipToken'] === 'string') settings.wavoipToken = body['wavoipToken'];
  return settings;
}

/** A row id in the look of the gateway's database. */
export function rowId(): string {
  return `c${randomBytes(12).toString('hex')}`;
}

/** A message id: 3EB0… for the gateway's own sends, 3A… for an iPhone's. */
export function messageId(prefix: '3EB0' | '3A'): string {
  return prefix + randomBytes(9).toString('hex').toUpperCase();
}

/** A new, unconnected instance. */
export function newInstance(name: string, now: Date, token: string | undefined): InstanceRecord {
  return {
    name,
    id: randomUUID(),
    token: token ?? randomUUID().toUpperCase(),
    state: 'close',
    number: null,
    ownerJid: null,
    profileName: null,
    disconnectionReasonCode: null,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    webhook: null,
    settings: settingsFrom({}),
    phones: [],
    messages: [],
  };
}

/** The instances of a state file; none when it is missing or broken (a broken one is reported and kept aside). */
export function loadState(file: string, log: (line: string) => void): InstanceRecord[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  try {
    const parsed: unknown = JSON.parse(text);
    const list = (parsed as { instances?: unknown }).instances;
    if (!Array.isArray(list)) throw new Error('no list of instances');
    return list.map(restoreInstance);
  } catch (error) {
    renameSync(file, `${file}.broken`);
    log(`${file} cannot be read (${String(error)}): kept as ${file}.broken, starting empty`);
    return [];
  }
}

function restoreInstance(value: unknown): InstanceRecord {
  const saved = value as Partial<InstanceRecord>;
  if (typeof saved.name !== 'string' || typeof saved.id !== 'string' || typeof saved.token !== 'string') {
    throw new Error('an instance without name, id or token');
  }
  const base = newInstance(saved.name, new Date(), saved.token);
  const phones = (saved.phones ?? []).map((p) => ({ ...p, transcript: p.transcript ?? [] }));
  return { ...base, ...saved, settings: settingsFrom({ ...saved.settings }), phones, messages: saved.messages ?? [] };
}

/** Writes the state some time after a change, whole or not at all. */
export class StateFile {
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: string | undefined,
    private readonly snapshot: () => InstanceRecord[],
    private readonly log: (line: string) => void,
  ) {}

  touch(): void {
    if (!this.file || this.timer) return;
    this.timer = setTimeout(() => void this.flush(), 300);
    this.timer.unref();
  }

  /** Writes now; resolves when it is on disk. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    if (!this.file) return;
    try {
      await mkdir(dirname(this.file), { recursive: true });
      const part = `${this.file}.part`;
      await writeFile(part, JSON.stringify({ version: 1, instances: this.snapshot() }), { mode: 0o600 });
      await rename(part, this.file);
    } catch (error) {
      this.log(`${this.file} cannot be written: ${String(error)}`);
    }
  }
}
