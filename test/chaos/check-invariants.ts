import type pg from 'pg';
import type { SendRecord } from '../../simulator/evolution-gateway.js';

/** What a run of the harness knows from outside the product. */
export interface Evidence {
  readonly db: pg.Pool;
  /** The gateway's own record of the sends, in order. */
  readonly sends: readonly SendRecord[];
  /** Messages that customers wrote, by the gateway's ids, and that may not be lost. */
  readonly said: readonly string[];
  /** The status that every sent message ends with, where all ticks were delivered. */
  readonly finalStatus?: string;
}

/** A broken promise: its number in the list of invariants, and what shows it. */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

interface PartFacts {
  readonly turn_id: string;
  readonly n: number;
  readonly chat_id: string;
  readonly instance_name: string;
  readonly address: string;
  readonly text: string;
  readonly state: string;
  readonly resends: number;
  readonly provider_id: string | null;
}

/**
 * Looks for broken invariants in a database that has come to rest. Reads the tables of all tenants: an installation is one
 * system, and what crosses tenants is one of the things looked for.
 */
export async function checkInvariants(evidence: Evidence): Promise<Violation[]> {
  const { db, sends, said, finalStatus } = evidence;
  const accepted = sends.filter((send) => send.outcome === 'sent');
  const { rows: parts } = await db.query<PartFacts>(
    `SELECT p.turn_id, p.n, p.chat_id, h.instance_name, p.address, p.text, p.state, p.resends, p.provider_id
     FROM outbound_parts p JOIN channels h ON h.workspace_id = p.workspace_id AND h.id = p.channel_id
     WHERE h.type = 'WHATSAPP'`,
  );
  const found = await Promise.all([
    ...Object.entries(STATEMENTS).map(async ([invariant, sql]) => {
      const { rows } = await db.query<{ what: string }>(sql);
      return rows.map(({ what }) => ({ invariant: invariant.split(' ')[0]!, what }));
    }),
    storedOnce(db, said),
    echoesAreNobodysWords(db, accepted),
    finalStatus ? statusesRose(db, finalStatus) : [],
  ]);
  return [...found.flat(), ...noDoublePart(parts, accepted), ...inOrder(parts, accepted)];
}

/** Every statement finds violations only. */
const STATEMENTS = {
  'I2 every message has its answer, or the reason why not': `
    SELECT 'message ' || m.id || ' has no ended turn' AS what FROM messages m
    JOIN channels h ON h.workspace_id = m.workspace_id AND h.id = m.channel_id AND h.type = 'WHATSAPP'
    WHERE m.role = 'user' AND NOT EXISTS (
      SELECT 1 FROM turns t WHERE t.workspace_id = m.workspace_id AND t.chat_id = m.chat_id
        AND m.id = ANY (t.inbound_ids) AND t.state IN ('DONE', 'SKIPPED', 'FAILED'))`,
  'I2 what failed is told': `
    SELECT 'turn ' || t.id || ' failed and nobody was told' AS what FROM turns t
    WHERE t.state = 'FAILED' AND t.kind = 'ANSWER' AND NOT EXISTS (
      SELECT 1 FROM notices n WHERE n.workspace_id = t.workspace_id AND n.chat_id = t.chat_id)`,
  'I3 one turn answers a message': `
    SELECT 'message ' || m || ' is answered by ' || count(*) || ' turns' AS what
    FROM turns t, unnest(t.inbound_ids) AS m WHERE t.state = 'DONE' AND t.kind = 'ANSWER' GROUP BY m HAVING count(*) > 1`,
  'I3 turns of a chat do not overlap': `
    SELECT 'turns ' || a.id || ' and ' || b.id || ' overlap' AS what FROM turns a
    JOIN turns b ON b.workspace_id = a.workspace_id AND b.chat_id = a.chat_id AND b.id > a.id
    WHERE a.restarts = 0 AND b.restarts = 0
      AND tstzrange(a.started_at, a.finished_at) && tstzrange(b.started_at, b.finished_at)
      AND a.started_at < a.finished_at AND b.started_at < b.finished_at`,
  'I15 nothing crosses tenants': `
    SELECT 'part ' || p.id || ' names a turn of another chat' AS what FROM outbound_parts p
    JOIN turns t ON t.id = p.turn_id
    WHERE (t.workspace_id, t.chat_id, t.channel_id) IS DISTINCT FROM (p.workspace_id, p.chat_id, p.channel_id)`,
  'I19 a tool acts once': `
    SELECT 'turn ' || t.id || ' set ' || count(DISTINCT r.id) || ' reminders in ' || count(DISTINCT s.n) || ' calls' AS what
    FROM turns t
    JOIN timers r ON r.workspace_id = t.workspace_id AND r.chat_id = t.chat_id AND r.key LIKE t.id || ':%'
    LEFT JOIN turn_steps s ON s.workspace_id = t.workspace_id AND s.turn_id = t.id AND s.name = 'set_reminder'
    GROUP BY t.id HAVING count(DISTINCT r.id) > count(DISTINCT s.n)`,
  'I19 what a tool reports, it did': `
    SELECT 'step ' || s.turn_id || ':' || s.n || ' set no reminder' AS what FROM turn_steps s
    WHERE s.name = 'set_reminder' AND s.state = 'DONE' AND s.result->'value'->>'set' = 'true' AND NOT EXISTS (
      SELECT 1 FROM timers r WHERE r.workspace_id = s.workspace_id AND r.key = s.turn_id || ':' || s.n)`,
  'OPEN no turn stays open': `
    SELECT 'turn ' || id || ' is ' || state AS what FROM turns WHERE state NOT IN ('DONE', 'SKIPPED', 'FAILED')`,
  'OPEN no part stays open': `
    SELECT 'part ' || p.id || ' is ' || p.state || ' in a turn that is ' || t.state AS what FROM outbound_parts p
    JOIN turns t ON t.workspace_id = p.workspace_id AND t.id = p.turn_id
    WHERE p.state IN ('PENDING', 'SENDING') OR (p.state = 'UNKNOWN' AND t.state <> 'FAILED')`,
  'OPEN a turn that is done has done it': `
    SELECT 'turn ' || t.id || ' is done, its part ' || p.n || ' ' || p.state AS what FROM turns t
    JOIN outbound_parts p ON p.workspace_id = t.workspace_id AND p.turn_id = t.id
    WHERE t.state = 'DONE' AND p.state <> 'SENT'`,
  'OPEN no step stays open': `
    SELECT 'step ' || s.turn_id || ':' || s.n || ' is open in a turn that is done' AS what FROM turn_steps s
    JOIN turns t ON t.workspace_id = s.workspace_id AND t.id = s.turn_id WHERE t.state = 'DONE' AND s.state = 'STARTED'`,
  'OPEN no timer is forgotten': `
    SELECT 'timer ' || id || ' was due at ' || due_at AS what FROM timers
    WHERE state = 'PENDING' AND due_at < now() - interval '1 minute'`,
  'I14 nothing well-formed is quarantined': `
    SELECT 'quarantined: ' || coalesce(error, '') AS what FROM webhook_quarantine`,
};

/** I1: every message that was said is stored, once. */
async function storedOnce(db: pg.Pool, said: readonly string[]): Promise<Violation[]> {
  const { rows } = await db.query<{ id: string; n: number }>(
    `SELECT s.id, count(m.id)::int AS n FROM unnest($1::text[]) AS s(id)
     LEFT JOIN messages m ON m.provider_id = s.id AND m.role = 'user' GROUP BY s.id HAVING count(m.id) <> 1`,
    [said],
  );
  return rows.map(({ id, n }) => ({ invariant: 'I1', what: `message ${id} of a customer is stored ${n} times` }));
}

/** I9: what we sent is never taken for the words of a customer or of a person on the phone. */
async function echoesAreNobodysWords(db: pg.Pool, accepted: readonly SendRecord[]): Promise<Violation[]> {
  const { rows } = await db.query<{ provider_id: string; author: string }>(
    `SELECT provider_id, author FROM messages
     WHERE provider_id = ANY ($1) AND (role = 'user' OR (author = 'HUMAN' AND user_id IS NULL AND turn_id IS NULL))`,
    [accepted.map((send) => send.keyId)],
  );
  return rows.map(({ provider_id, author }) => ({
    invariant: 'I9',
    what: `our send ${provider_id} is said by ${author}`,
  }));
}

/** I20: with all ticks delivered, every message shows the last. */
async function statusesRose(db: pg.Pool, status: string): Promise<Violation[]> {
  const { rows } = await db.query<{ id: string; status: string }>(
    `SELECT m.id, m.status FROM messages m
     JOIN outbound_parts p ON p.workspace_id = m.workspace_id AND p.message_id = m.id AND p.state = 'SENT'
     WHERE m.status IS DISTINCT FROM $1`,
    [status],
  );
  return rows.map((row) => ({ invariant: 'I20', what: `message ${row.id} is ${row.status}, not ${status}` }));
}

const digits = (address: string) => address.split('@')[0]!.replace(/\D/g, '');
const bubble = (instance: string, address: string, text: string) => `${instance} ${digits(address)} ${text}`;

/** I5: the gateway took a part once, or once more after its absence was recorded; and nothing that is no part of ours. */
function noDoublePart(parts: readonly PartFacts[], accepted: readonly SendRecord[]): Violation[] {
  const allowed = new Map<string, number>();
  const owed = new Map<string, number>();
  for (const part of parts) {
    const key = bubble(part.instance_name, part.address, part.text);
    allowed.set(key, (allowed.get(key) ?? 0) + 1 + part.resends);
    if (part.state === 'SENT') owed.set(key, (owed.get(key) ?? 0) + 1);
  }
  const taken = new Map<string, number>();
  for (const send of accepted) {
    const key = bubble(send.instance, send.number || send.remoteJid, send.text);
    taken.set(key, (taken.get(key) ?? 0) + 1);
  }
  const doubled = [...taken].filter(([key, n]) => n > (allowed.get(key) ?? 0));
  const missing = [...owed].filter(([key, n]) => n > (taken.get(key) ?? 0));
  return [
    ...doubled.map(([key, n]) => ({ invariant: 'I5', what: `sent ${n} times: ${key}` })),
    ...missing.map(([key, n]) => ({ invariant: 'I5', what: `recorded as sent ${n} times, and was not: ${key}` })),
  ];
}

/** I6: the parts of a turn leave in their order, and turns of one chat one after the other. */
function inOrder(parts: readonly PartFacts[], accepted: readonly SendRecord[]): Violation[] {
  const byId = new Map(parts.map((part) => [part.provider_id, part]));
  const last = new Map<string, PartFacts>();
  const ended = new Set<string>();
  const wrong: Violation[] = [];
  for (const { keyId } of accepted) {
    const part = byId.get(keyId ?? '');
    if (!part) continue;
    const before = last.get(part.chat_id);
    if (before && before.turn_id !== part.turn_id) ended.add(before.turn_id);
    if (ended.has(part.turn_id)) wrong.push({ invariant: 'I6', what: `turn ${part.turn_id} spoke into another` });
    if (before?.turn_id === part.turn_id && before.n >= part.n)
      wrong.push({ invariant: 'I6', what: `turn ${part.turn_id}: part ${part.n} left after ${before.n}` });
    last.set(part.chat_id, part);
  }
  return wrong;
}
