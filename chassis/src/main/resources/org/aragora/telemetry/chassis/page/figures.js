// Figures from cumulative values. No DOM in here.

const TOLERANCE = 1e-12;
const CLOCK_STEP = 5;
const ENDPOINT = 'endpoint ';
const MAX_COLUMNS = 200;

/** Endpoints of a snapshot: those with the most errors. */
export const MAX_ENDPOINTS = 50;

const NONE = { requests: 0, serverErrors: 0 };

/**
 * The quantile of cumulative buckets, as Prometheus' histogram_quantile computes it. Buckets are
 * {le, count} in ascending order; an le of null is infinity. NaN if there is none.
 */
export function quantile(q, buckets) {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const all = [];
  for (const bucket of buckets) {
    const le = bucket.le === null ? Infinity : bucket.le;
    const last = all[all.length - 1];
    if (last && last.le === le) last.count += bucket.count;
    else all.push({ le, count: bucket.count });
  }
  if (all.length < 2 || all[all.length - 1].le !== Infinity) return NaN;
  makeMonotonic(all);
  const observations = all[all.length - 1].count;
  if (observations === 0) return NaN;
  let rank = q * observations;
  let at = 0;
  while (at < all.length - 1 && !(all[at].count >= rank)) at++;
  if (at === all.length - 1) return all[at - 1].le;
  if (at === 0 && all[0].le <= 0) return all[0].le;
  let start = 0;
  let count = all[at].count;
  if (at > 0) {
    start = all[at - 1].le;
    count -= all[at - 1].count;
    rank -= all[at - 1].count;
  }
  return start + (all[at].le - start) * (rank / count);
}

function makeMonotonic(all) {
  let previous = all[0].count;
  for (const bucket of all) {
    const difference = Math.abs(bucket.count - previous);
    const small = difference <= TOLERANCE * (Math.abs(bucket.count) + Math.abs(previous));
    if (small || bucket.count < previous) bucket.count = previous;
    else previous = bucket.count;
  }
}

/** What a counter grew by; null if it is unknown at one end or has stepped back. */
export function increase(from, to) {
  if (from === null || from === undefined || to === null || to === undefined || to < from) return null;
  return to - from;
}

/** What each bucket grew by; null if there are none, they differ in bounds or one has stepped back. */
export function bucketIncrease(from, to) {
  if (from.length === 0) return to.length === 0 ? null : to; // it did not exist: it began at 0
  if (from.length !== to.length) return null;
  const grown = [];
  for (let i = 0; i < to.length; i++) {
    const count = increase(from[i].count, to[i].count);
    if (count === null || from[i].le !== to[i].le) return null;
    grown.push({ le: to[i].le, count });
  }
  return grown;
}

/** The samples of the last 15 minutes, and the figures derived from them. */
export class History {
  constructor(keepSeconds = 900, windowSeconds = 60) {
    this.keep = keepSeconds;
    this.window = windowSeconds;
    this.samples = [];
    this.times = [];
    this.columns = new Map();
  }

  /** Adds a snapshot; returns its derived figures. A snapshot that is not newer is left out. */
  add(snapshot) {
    const now = snapshot.timeMs / 1000;
    if (this.samples.length && now < this.times[this.times.length - 1] - CLOCK_STEP) this.forget();
    const last = this.samples[this.samples.length - 1];
    if (last && snapshot.timeMs <= last.timeMs) return this.derive(last);
    this.samples.push(snapshot);
    this.times.push(now);
    const drop = this.times.findIndex(time => time > now - this.keep);
    if (drop > 0) {
      this.samples.splice(0, drop);
      this.times.splice(0, drop);
      for (const [name, column] of this.columns) {
        column.splice(0, drop);
        if (column.every(value => value === null)) this.columns.delete(name);
      }
    }
    const derived = this.derive(snapshot);
    this.append(derived);
    return derived;
  }

  /** The clock of the service was set back: what was before would lie ahead. */
  forget() {
    this.samples = [];
    this.times = [];
    this.columns.clear();
  }

  append(derived) {
    const length = this.times.length;
    const values = { ...derived.series };
    for (const [endpoint, rate] of derived.endpointErrors) {
      if (rate !== null || this.columns.has(ENDPOINT + endpoint)) values[ENDPOINT + endpoint] = rate;
    }
    for (const name of Object.keys(values)) {
      if (!this.columns.has(name)) this.columns.set(name, new Array(length - 1).fill(null));
    }
    for (const [name, column] of this.columns) {
      const value = values[name];
      column.push(value === undefined || value === null || Number.isNaN(value) ? null : value);
    }
    const endpoints = this.endpoints();
    if (endpoints.length > MAX_COLUMNS) { // others come all the time
      for (const { name } of endpoints.slice(MAX_COLUMNS)) this.columns.delete(ENDPOINT + name);
    }
  }

  /** The values of one figure over time, null where it is unknown. */
  column(name) {
    return this.columns.get(name) ?? new Array(this.times.length).fill(null);
  }

  /** The endpoints of the history with their highest rates of errors, the worst first. */
  endpoints() {
    const all = [];
    for (const [name, column] of this.columns) {
      if (!name.startsWith(ENDPOINT)) continue;
      const highest = column.reduce((a, b) => (b !== null && b > a ? b : a), 0);
      all.push({ name: name.slice(ENDPOINT.length), highest });
    }
    return all.sort((a, b) => b.highest - a.highest || (a.name < b.name ? -1 : 1));
  }

  /** The names of the endpoints with errors in the history, the worst first. */
  worstEndpoints(most) {
    return this.endpoints().filter(each => each.highest > 0).slice(0, most).map(each => each.name);
  }

  /** The oldest sample of the window that serves the same partitions; null if there is none. */
  base(snapshot) {
    const from = snapshot.timeMs - this.window * 1000;
    const key = servedKey(snapshot);
    for (const sample of this.samples) {
      if (sample.timeMs >= snapshot.timeMs) return null;
      if (sample.timeMs >= from && servedKey(sample) === key) return sample;
    }
    return null;
  }

  derive(snapshot) {
    const base = this.base(snapshot);
    const to = snapshot.traffic;
    const series = {
      requests: null, errors: null, p50: null, p95: null, p99: null, appended: null, events: null, agentCalls: null,
      debates: to.activeDebates, connections: to.webSocketConnections, agentTotal: to.agentCalls,
    };
    const endpointErrors = new Map();
    if (base) {
      const from = base.traffic;
      const seconds = (snapshot.timeMs - base.timeMs) / 1000;
      const perSecond = grown => (grown === null ? null : grown / seconds);
      const requests = increase(from.requests ?? 0, to.requests); // a series begins at 0
      series.requests = perSecond(requests);
      const errors = increase(from.serverErrors ?? 0, to.serverErrors ?? 0);
      series.errors = requests === null || errors === null ? null : requests === 0 ? 0 : errors / requests;
      series.agentCalls = perSecond(increase(from.agentCalls ?? 0, to.agentCalls));
      series.appended = perSecond(increase(base.appendedRecords, snapshot.appendedRecords));
      series.events = perSecond(increase(readOf(base), readOf(snapshot)));
      const grown = bucketIncrease(from.buckets, to.buckets);
      if (grown) {
        for (const [name, q] of [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]]) {
          const value = quantile(q, grown);
          series[name] = Number.isNaN(value) ? null : value;
        }
      }
      const before = new Map(from.endpoints.map(endpoint => [endpoint.name, endpoint]));
      for (const endpoint of to.endpoints) {
        const old = before.get(endpoint.name) ?? (before.size < MAX_ENDPOINTS ? NONE : null);
        if (!old) continue; // it was there, below those that the service sends
        const all = increase(old.requests, endpoint.requests);
        const bad = increase(old.serverErrors, endpoint.serverErrors);
        if (all === null || bad === null) continue;
        endpointErrors.set(endpoint.name, all === 0 ? null : bad / all);
      }
    }
    return { series, endpointErrors, seconds: base ? (snapshot.timeMs - base.timeMs) / 1000 : 0 };
  }
}

function servedKey(snapshot) {
  return snapshot.service.generation + ':' + snapshot.serving.partitions.join(',');
}

/** Records read of all topics; null if the ledger is not served here. */
export function readOf(snapshot) {
  return snapshot.topics.length === 0 ? null : snapshot.topics.reduce((sum, topic) => sum + topic.read, 0);
}
