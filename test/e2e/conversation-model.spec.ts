import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Phone } from '../../simulator/evolution-gateway.js';
import { type Shop, startTestApp, type TestApp } from '../support/test-app.js';

/** A failing run names its seed; MODEL_SEED repeats it. MODEL_RUNS asks for more than there is time for usually. */
const SEED = Number(process.env['MODEL_SEED'] || Date.now() % 2 ** 31);
const RUNS = Number(process.env['MODEL_RUNS'] || 25);
const TIME_LIMIT_MS = process.env['MODEL_RUNS'] ? 3_600_000 : 45_000;

let app: TestApp;
let shop: Shop;
let phones = 0;
let said = 0;
beforeAll(async () => {
  app = await startTestApp();
  shop = await app.openShop();
});
afterAll(() => app?.close());

/** What became of a customer's message. */
type Fate = 'answered' | 'human' | 'agent_off';

/** The reference: what a conversation has to look like from outside, with none of the machinery. */
class Model {
  human = false;
  agentOn = true;
  /** Something is known of this customer. */
  begun = false;
  /** Answers the customer has: the numbers of the newest messages they answer, in order. */
  readonly answers: number[] = [];
  /** Customer messages by number. */
  readonly fates = new Map<number, Fate>();
  /** Of them, those after the last word of ours. */
  unanswered: number[] = [];
  /** Messages of a person of ours. */
  typed = 0;

  hear(numbers: readonly number[]): void {
    this.begun = true;
    this.unanswered.push(...numbers);
    if (this.human) this.silent(numbers, 'human');
    else if (!this.agentOn) this.silent(numbers, 'agent_off');
    else this.answer(numbers);
  }

  release(): void {
    if (!this.human) return;
    this.human = false;
    const open = this.unanswered;
    if (open.length === 0) return;
    if (this.agentOn) this.answer(open);
    else this.silent(open, 'agent_off');
  }

  type(): void {
    this.begun = true;
    this.human = true;
    this.typed++;
    this.unanswered = [];
  }

  private answer(numbers: readonly number[]): void {
    for (const number of numbers) this.fates.set(number, 'answered');
    this.answers.push(numbers.at(-1)!);
    this.unanswered = [];
  }

  private silent(numbers: readonly number[], why: Fate): void {
    for (const number of numbers) this.fates.set(number, why);
  }
}

/** The product, as one customer and one person of the business meet it. */
class Real {
  readonly phone: Phone = app.gateway.phone(shop.instanceName, {
    number: String(5581980000000 + ++phones),
    name: 'Ana Souza',
  });
  /** Of customer messages, the gateway's ids by number. */
  readonly ids = new Map<number, string>();

  /** Ten seconds after what was said last: who writes at once after every answer is taken for a machine. */
  async say(copies = 1): Promise<number> {
    const number = ++said;
    await app.db.query(
      `UPDATE messages m SET created_at = m.created_at - interval '10 s', sent_at = m.sent_at - interval '10 s'
       FROM chats c WHERE c.address = $1 AND m.workspace_id = c.workspace_id AND m.chat_id = c.id`,
      [this.phone.jid],
    );
    app.model.reply(`pergunta ${number};`, answerTo(number));
    this.ids.set(number, this.phone.say(`Esta é a pergunta ${number};`, { copies }));
    return number;
  }

  async chatId(): Promise<string> {
    const row = await app.until<{ id: string }>(
      'SELECT id FROM chats WHERE address = $1',
      [this.phone.jid],
      (found) => found !== undefined,
    );
    return row.id;
  }

  async change(path: string): Promise<void> {
    const answer = await app.inject('PUT', path, { token: shop.token });
    expect(answer.status).toBe(200);
  }

  /** Compares everything that can be seen with the reference, once nothing is under way. */
  async compare(model: Model): Promise<void> {
    await app.gateway.webhooksIdle(20_000);
    const expected = {
      human: model.human,
      answers: model.answers.map(answerTo),
      fates: [...model.fates].map(([number, fate]) => [number, fate]),
      stored: { user: model.fates.size, agent: model.answers.length, human: model.typed },
    };
    const deadline = Date.now() + 20_000;
    for (;;) {
      const seen = await this.see(model);
      if (seen.isAtRest && JSON.stringify(seen.state) === JSON.stringify(expected)) return;
      if (Date.now() > deadline) return expect(seen.state).toEqual(expected);
      await new Promise((done) => setTimeout(done, 15));
    }
  }

  private async see(model: Model) {
    const { rows } = await app.db.query(
      `SELECT c.human_talk AS human,
              NOT EXISTS (SELECT 1 FROM turns t WHERE t.workspace_id = c.workspace_id AND t.chat_id = c.id
                          AND t.state NOT IN ('DONE', 'SKIPPED', 'FAILED')) AS rest,
              (SELECT json_object_agg(x.provider_id, x.fates) FROM (
                 SELECT m.provider_id, json_agg(CASE t.state WHEN 'DONE' THEN 'answered' ELSE coalesce(t.reason, t.state) END
                                                ORDER BY t.first_at, t.id) AS fates
                 FROM messages m
                 JOIN turns t ON t.workspace_id = m.workspace_id AND t.chat_id = m.chat_id AND m.id = ANY (t.inbound_ids)
                 WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id GROUP BY 1) x) AS fates,
              (SELECT json_build_object('user', count(*) FILTER (WHERE m.role = 'user'),
                                        'agent', count(*) FILTER (WHERE m.author = 'AGENT' AND m.status <> 'CANCELED'),
                                        'human', count(*) FILTER (WHERE m.author = 'HUMAN'))
               FROM messages m WHERE m.workspace_id = c.workspace_id AND m.chat_id = c.id) AS stored
       FROM chats c WHERE c.address = $1`,
      [this.phone.jid],
    );
    const [row] = rows;
    const fateOf = (number: number) => {
      const fates: string[] = row?.fates?.[this.ids.get(number) ?? ''] ?? [];
      const answered = fates.filter((fate) => fate === 'answered').length;
      return answered > 1 ? `answered ${answered} times` : answered === 1 ? 'answered' : fates.at(-1);
    };
    return {
      isAtRest: row?.rest ?? true,
      state: {
        human: row?.human ?? false,
        answers: this.phone.received.filter(({ by }) => by === 'gateway').map(({ text }) => text),
        fates: [...model.fates.keys()].map((number) => [number, fateOf(number)]),
        stored: row?.stored ?? { user: 0, agent: 0, human: 0 },
      },
    };
  }
}

const answerTo = (number: number) => `Resposta ${number}.`;

type Command = fc.AsyncCommand<Model, Real>;

/** A command that is always compared afterwards, and shows itself by its name in a counterexample. */
function command(name: string, run: (model: Model, real: Real) => Promise<void>, when = (_: Model) => true): Command {
  return {
    check: when,
    run: async (model, real) => {
      await run(model, real);
      await real.compare(model);
    },
    toString: () => name,
  };
}

/** Moves the leases of what is under way into another worker's hands: its owner is as good as dead. */
async function loseLease(real: Real): Promise<void> {
  await app.db.query(
    `UPDATE turns SET owner = NULL, lease_until = now()
     WHERE state IN ('THINKING', 'SENDING') AND chat_id = $1`,
    [await real.chatId()],
  );
}

const COMMANDS = {
  message: command('message', async (model, real) => model.hear([await real.say()])),
  duplicate: command(
    'duplicate',
    async (model, real) => {
      const [number, id] = [...real.ids].at(-1)!;
      real.phone.say(`Esta é a pergunta ${number};`, { id, copies: 3 });
      await app.gateway.webhooksIdle(20_000);
      expect(model.fates.has(number)).toBe(true);
    },
    (model) => model.fates.size > 0,
  ),
  copies: command('copies', async (model, real) => model.hear([await real.say(4)])),
  crash: command('crash', async (model, real) => {
    const hold = app.model.hold();
    const before = app.model.requests.length;
    const number = await real.say();
    if (!model.human && model.agentOn) {
      // The first thought is under way when its worker is given up; the next worker thinks again, and one of them speaks.
      await app.model.waitForRequests(before + 1, 20_000);
      await loseLease(real);
      await app.model.waitForRequests(before + 2, 20_000);
    }
    hold.release();
    model.hear([number]);
  }),
  takeover: command(
    'takeover',
    async (model, real) => {
      await real.change(`/v2/chat/${await real.chatId()}/start-human`);
      model.human = true;
    },
    (model) => model.begun,
  ),
  takeoverWhileThinking: command(
    'takeover while thinking',
    async (model, real) => {
      const hold = app.model.hold();
      const before = app.model.requests.length;
      const number = await real.say();
      await app.model.waitForRequests(before + 1, 20_000);
      await real.change(`/v2/chat/${await real.chatId()}/start-human`);
      hold.release();
      model.human = true;
      model.hear([number]);
    },
    (model) => !model.human && model.agentOn,
  ),
  release: command(
    'release',
    async (model, real) => {
      await real.change(`/v2/chat/${await real.chatId()}/stop-human`);
      model.release();
    },
    (model) => model.begun,
  ),
  agentOff: command('agent off', async (model, real) => {
    await real.change(`/v2/agent/${shop.agentId}/inactive`);
    model.agentOn = false;
  }),
  agentOn: command('agent on', async (model, real) => {
    await real.change(`/v2/agent/${shop.agentId}/active`);
    model.agentOn = true;
  }),
  typedOnPhone: command('typed on the phone', async (model, real) => {
    app.gateway.ownerSays(shop.instanceName, real.phone.number, `Aqui é a Lia ${++said}.`);
    model.type();
  }),
  clock: command(
    'clock',
    async (_, real) => {
      // Two hours pass: at rest nothing may come of it.
      const chatId = await real.chatId();
      await app.db.query(
        `UPDATE turns SET due_at = due_at - interval '2 h', lease_until = lease_until - interval '2 h' WHERE chat_id = $1`,
        [chatId],
      );
      await app.db.query(
        `UPDATE outbound_parts SET started_at = started_at - interval '2 h', sent_at = sent_at - interval '2 h' WHERE chat_id = $1`,
        [chatId],
      );
    },
    (model) => model.begun,
  ),
  edit: command(
    'edit',
    async (_, real) => {
      const [number, id] = [...real.ids].at(-1)!;
      real.phone.edit(id, `Corrigindo a pergunta ${number};`);
      await app.gateway.webhooksIdle(20_000);
    },
    (model) => model.fates.size > 0 && model.unanswered.length === 0,
  ),
  remove: command(
    'remove',
    async (_, real) => {
      const [, id] = [...real.ids].at(-1)!;
      real.phone.remove(id);
      await app.gateway.webhooksIdle(20_000);
    },
    (model) => model.fates.size > 0 && model.unanswered.length === 0,
  ),
} satisfies Record<string, Command>;

/** Corrections and deletions by the customer wait for the part of the product that understands them. */
const SUPPORTED = Object.entries(COMMANDS).filter(([name]) => name !== 'edit' && name !== 'remove');

describe('any conversation', () => {
  it(`is what the reference says it is (MODEL_SEED=${SEED})`, async () => {
    let runs = 0;
    const arbitraries = SUPPORTED.map(([, one]) => fc.constant(one));
    await fc.assert(
      fc.asyncProperty(fc.commands(arbitraries, { maxCommands: 25, size: 'max' }), async (commands) => {
        runs++;
        await app.inject('PUT', `/v2/agent/${shop.agentId}/active`, { token: shop.token });
        await fc.asyncModelRun(() => ({ model: new Model(), real: new Real() }), commands);
      }),
      { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT_MS, endOnFailure: false, verbose: 1 },
    );
    expect(runs).toBeGreaterThan(3);
  }, 3_600_000);
});
