// Loaded into the built server with --import: numbers what it asks of PostgreSQL and of other servers, and spoils one of
// these calls. It is told what to do, and tells what it saw, over the IPC channel; the product knows nothing of it.
//
// A call is named by what it is and how often it came since `arm`: polls come at any time, so a number alone would mean
// something else in every run. Polls that find nothing are not counted.
import pg from 'pg';
import undici from 'undici';

/** What is asked when nobody writes: learnt before the first `arm`, and told to the processes that come after it. */
let polls = new Set();
let seen = [];
let counts = new Map();
let armed = false;
/** { key, occurrence, fault, after: the call that must have been seen before a poll is the one meant } */
let plan;

const tell = (message) => process.send?.(message);

process.on('message', (message) => {
  if (message.kind === 'arm') {
    armed = true;
    seen = [];
    counts = new Map();
    plan = message.plan;
    if (message.polls) polls = new Set(message.polls);
    tell({ kind: 'armed', polls: [...polls] });
  }
  if (message.kind === 'disarm') {
    armed = false;
    tell({ kind: 'seen', seen });
  }
});
process.channel?.unref();

const fault = (message) => Object.assign(new Error(message), { code: 'ECONNRESET' });

function count(key) {
  const occurrence = (counts.get(key) ?? 0) + 1;
  counts.set(key, occurrence);
  seen.push(`${key}#${occurrence}`);
  return occurrence;
}

/** The fault that this call has to suffer now, if any. */
function take(key, occurrence, moments) {
  if (!plan || plan.key !== key || plan.occurrence !== occurrence || !moments.includes(plan.fault)) return undefined;
  const { fault: kind } = plan;
  plan = undefined;
  tell({ kind: 'hit', key, occurrence, fault: kind });
  return kind;
}

/** Kills once the notice of the hit has left the process. */
function die() {
  // The channel is written synchronously on POSIX systems.
  process.kill(process.pid, 'SIGKILL');
}

// ---- PostgreSQL --------------------------------------------------------------------------------------------------------

const query = pg.Client.prototype.query;

function nameOf(config) {
  const text = typeof config === 'string' ? config : (config?.name ?? config?.text);
  return text === undefined ? undefined : `sql ${String(text).replace(/\s+/g, ' ').trim().slice(0, 70)}`;
}

pg.Client.prototype.query = function (config, values, callback) {
  const key = nameOf(config);
  if (key === undefined || key.startsWith('sql LISTEN')) return query.call(this, config, values, callback);
  if (!armed) {
    polls.add(key);
    return query.call(this, config, values, callback);
  }
  const isPoll = polls.has(key);
  const early = isPoll
    ? takePoll(key)
    : take(key, count(key), ['throw-before', 'kill-before', 'hang', 'throw-after', 'kill-after']);
  const done = typeof callback === 'function' ? callback : typeof values === 'function' ? values : undefined;
  const args = typeof values === 'function' ? [config] : [config, values];
  const call = () => query.call(this, ...args);

  if (early === 'kill-before') die();
  if (early === 'hang') this.connection.stream.pause();
  const outcome =
    early === 'throw-before'
      ? Promise.reject(fault('Connection terminated: fault before'))
      : call().then((result) => {
          let late = early;
          if (isPoll && result?.rowCount > 0) late ??= take(key, count(key), ['throw-after', 'kill-after']);
          if (late === 'kill-after') die();
          if (late === 'throw-after') throw fault('Connection terminated: fault after');
          return result;
        });
  if (!done) return outcome;
  outcome.then(
    (result) => done(null, result),
    (error) => done(error),
  );
  return undefined;
};

/** A poll cannot be told before whether it will find something: the one meant is the first after the call before it. */
function takePoll(key) {
  if (!plan || plan.key !== key || (plan.after && !seen.includes(plan.after))) return undefined;
  return take(key, plan.occurrence, ['throw-before', 'kill-before', 'hang']);
}

// ---- HTTP --------------------------------------------------------------------------------------------------------------

let nested = 0;
for (const Dispatcher of [undici.Agent, undici.Pool]) {
  const dispatch = Dispatcher.prototype.dispatch;
  Dispatcher.prototype.dispatch = function (options, handler) {
    if (nested > 0 || !armed) return inside(() => dispatch.call(this, options, handler));
    const path = String(options.path).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID');
    const key = `http ${options.method} ${path.split('?')[0]}`;
    const kind = take(key, count(key), ['throw-before', 'kill-before', 'hang', 'throw-after', 'kill-after']);
    if (kind === 'kill-before') die();
    if (kind === 'throw-before') return refuse(handler);
    const spoilt = kind === undefined ? handler : spoil(handler, kind);
    return inside(() => dispatch.call(this, options, spoilt));
  };
}

function inside(work) {
  nested++;
  try {
    return work();
  } finally {
    nested--;
  }
}

/** The call never left: nobody listens there. */
function refuse(handler) {
  const error = Object.assign(new Error('connect ECONNREFUSED: fault before'), { code: 'ECONNREFUSED' });
  setImmediate(() => handler.onError(error));
  return true;
}

/** The call is made and carried out; its answer is lost, or never comes, or the process dies of it. */
function spoil(handler, kind) {
  let isOver = false;
  const end = (error) => {
    if (isOver) return;
    isOver = true;
    handler.onError(error);
  };
  return {
    // Once the answer is there, undici itself has nothing left to abort.
    onConnect: (stop, context) =>
      handler.onConnect((reason) => {
        stop(reason);
        end(reason);
      }, context),
    onHeaders: () => {
      if (kind === 'kill-after') die();
      if (kind === 'throw-after') setImmediate(end, fault('read ECONNRESET: fault after'));
      return true;
    },
    onData: () => true,
    onComplete: () => undefined,
    onError: end,
    onBodySent: () => undefined,
    onResponseStarted: () => undefined,
  };
}
