import { History, merged, readOf } from './figures.js';
import { Graph, clock, spark } from './charts.js';

const BEHIND_SECONDS = 30;
const SILENT_MS = 5000;
const POLL_MS = 5000;

const byId = id => document.getElementById(id);
const history = new History();
const latency = new Graph(byId('graph-latency'), duration);
const errors = new Graph(byId('graph-errors'), value => percent(value));
const shown = { last: null, receivedMs: performance.now(), wasReady: false, announced: '' };

function whole(value) {
  return value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en-US');
}

function rate(value) {
  if (value === null || value === undefined) return '–';
  return value >= 100 ? whole(value) : value.toLocaleString('en-US', { maximumFractionDigits: value >= 10 ? 1 : 2 });
}

function percent(value) {
  if (value === null || value === undefined) return '–';
  const hundred = value * 100;
  return hundred.toLocaleString('en-US', { maximumFractionDigits: hundred >= 10 ? 1 : 2 }) + ' %';
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 1) return (seconds * 1000).toLocaleString('en-US', { maximumFractionDigits: seconds < 0.01 ? 1 : 0 }) + ' ms';
  if (seconds < 120) return seconds.toLocaleString('en-US', { maximumFractionDigits: 1 }) + ' s';
  if (seconds < 7200) return Math.round(seconds / 60) + ' min';
  return Math.round(seconds / 3600) + ' h';
}

function moment(seconds) {
  const time = new Date(seconds * 1000);
  const today = new Date().toDateString() === time.toDateString();
  return (today ? '' : time.toLocaleDateString('en-CA') + ' ') + clock(seconds);
}

/** All event data goes through here: it is text, never markup. */
function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function tone(element, value) {
  if (value) element.dataset.tone = value;
  else delete element.dataset.tone;
}

function highest(topics, figure) {
  const known = topics.map(topic => topic[figure]).filter(value => value !== null);
  return known.length ? Math.max(...known) : null;
}

function lowest(topics, figure) {
  const known = topics.map(topic => topic[figure]).filter(value => value !== null);
  return known.length ? Math.min(...known) : null;
}

function total(topics, figure) {
  return topics.reduce((sum, topic) => sum + (topic[figure] ?? 0), 0);
}

function verdict(snapshot) {
  const { service, serving, topics } = snapshot;
  const lag = highest(topics, 'lagSeconds');
  if (!service.live.ok) return ['bad', 'Stopped'];
  if (!service.ready.ok) return shown.wasReady ? ['bad', 'Not ready'] : ['warn', 'Starting'];
  if (serving.ledgersBalance === false) return ['bad', 'The ledger does not balance'];
  if (serving.partitions.length < serving.all) {
    return ['warn', `A part: ${serving.partitions.length} of ${serving.all} partitions`];
  }
  if (lag !== null && lag > BEHIND_SECONDS) return ['warn', `Behind by ${duration(lag)}`];
  const missing = total(topics, 'missing');
  if (missing > 0) return ['warn', `${whole(missing)} events missing`];
  const until = lowest(topics, 'completeUntilSeconds');
  if (until === null) return ['quiet', 'Nothing counted yet'];
  return ['good', `Complete until ${moment(until)}`];
}

function showBanner(snapshot) {
  const { live, ready } = snapshot.service;
  const banner = byId('banner');
  const bad = !ready.ok || !live.ok;
  banner.hidden = !bad;
  if (!bad) return;
  tone(banner, live.ok && !shown.wasReady ? 'warn' : 'bad');
  text(byId('banner-title'), !live.ok ? 'Stopped.' : shown.wasReady ? 'Not ready.' : 'Starting.');
  text(byId('banner-text'), ready.ok ? live.cause : ready.cause);
  const link = byId('banner-link');
  link.hidden = false;
  const section = live.ok ? 'TelemetryNothingComplete' : 'TelemetryProcessorStopped';
  link.href = 'page/runbook.md#:~:text=' + section;
}

function showVerdict(snapshot) {
  const { service, serving, topics } = snapshot;
  const [how, words] = verdict(snapshot);
  tone(byId('verdict'), how);
  text(byId('verdict-text'), words);
  text(byId('verdict-note'), how === 'good' ? 'but for late events' : '');
  const lag = highest(topics, 'lagSeconds');
  text(byId('fact-lag'), duration(lag));
  tone(byId('fact-lag'), lag !== null && lag > BEHIND_SECONDS ? 'warn' : '');
  const missing = topics.length ? total(topics, 'missing') : null;
  text(byId('fact-missing'), whole(missing));
  tone(byId('fact-missing'), missing > 0 ? 'warn' : '');
  const balance = serving.ledgersBalance;
  text(byId('fact-ledger'), balance === null ? 'served by another process'
    : balance ? `${whole(readOf(snapshot))} read, all accounted for` : 'does not balance');
  tone(byId('fact-ledger'), balance === null ? '' : balance ? 'good' : 'bad');
  const part = serving.partitions.length < serving.all;
  text(byId('fact-serves'), serving.all === 0 ? 'nothing yet'
    : part ? `${serving.partitions.length} of ${serving.all} partitions (${serving.partitions.join(', ')})`
    : snapshot.owners.length > 1 ? `${snapshot.owners.length} processors, all ${serving.all} partitions`
    : `all ${serving.all} partitions`);
  tone(byId('fact-serves'), part ? 'warn' : '');
  text(byId('fact-state'), service.state.toLowerCase().replaceAll('_', ' '));
  text(byId('application'), service.applicationId);
  text(byId('generation'), service.generation === null ? 'no generation yet' : `generation ${service.generation}`);
  text(byId('build'), service.version);
  const name = how + ' ' + words.replace(/\d[\d:., -]*/g, '');
  if (name !== shown.announced) {
    shown.announced = name;
    text(byId('announcement'), words);
  }
}

function stat(id, value, unit, how, column) {
  const tile = byId(id);
  const place = tile.querySelector('.value');
  if (place.dataset.value !== value + unit) {
    place.dataset.value = value + unit;
    place.textContent = unit ? value + ' ' : value;
    if (unit) {
      const small = document.createElement('small');
      small.textContent = unit;
      place.append(small);
    }
  }
  tone(tile, how);
  spark(tile.querySelector('.spark'), column);
}

function limit(value, warn, bad) {
  return value === null ? '' : value >= bad ? 'bad' : value >= warn ? 'warn' : '';
}

function split(words) {
  const at = words.lastIndexOf(' ');
  return at < 0 ? [words, ''] : [words.slice(0, at), words.slice(at + 1)];
}

function showStats(snapshot, { series }) {
  const traffic = snapshot.traffic;
  stat('stat-requests', rate(series.requests), '', '', history.column('requests'));
  stat('stat-errors', ...split(percent(series.errors)), limit(series.errors, 0.001, 0.01), history.column('errors'));
  stat('stat-p99', ...split(duration(series.p99)), limit(series.p99, 0.5, 1), history.column('p99'));
  stat('stat-debates', whole(traffic.activeDebates), '', '', history.column('debates'));
  stat('stat-connections', whole(traffic.webSocketConnections), '', '', history.column('connections'));
  stat('stat-agents', whole(traffic.agentCalls), '', '', history.column('agentCalls'));
  text(byId('stat-agents').querySelector('.note'),
    series.agentCalls === null ? 'in total' : `in total; ${rate(series.agentCalls * 60)}/min`);
}

function showGraphs() {
  latency.show(['P50', 'P95', 'P99'], history.times, ['p50', 'p95', 'p99'].map(name => history.column(name)));
  const worst = history.worstEndpoints(6);
  errors.show(worst, history.times, worst.map(name => history.column('endpoint ' + name)));
  const article = byId('graph-errors');
  article.querySelector('.empty').hidden = worst.length > 0;
  article.querySelector('.plot').hidden = worst.length === 0;
}

function figure(id, words, how) {
  const element = byId(id);
  text(element.querySelector('.figure'), words);
  tone(element, how);
}

function showPipeline(snapshot, { series }) {
  const { service, serving, topics, traffic } = snapshot;
  const up = traffic.instancesUp;
  const silent = traffic.instancesSilent ?? 0;
  figure('node-producers', up === null ? 'no instance yet'
    : `${whole(up)} up` + (silent > 0 ? `, ${whole(silent)} silent` : ''), silent > 0 ? 'warn' : up === null ? '' : 'good');
  const drops = traffic.producerDrops ?? 0;
  figure('edge-write', `${whole(drops)} dropped`, drops > 0 ? 'warn' : '');
  const records = topics.length ? total(topics, 'lagRecords') : null;
  figure('node-topics', `${whole(readOf(snapshot))} records read`, '');
  const lag = highest(topics, 'lagSeconds');
  figure('edge-read', `${rate(series.events)}/s, ${records === null ? '–' : whole(records)} waiting`,
    lag !== null && lag > BEHIND_SECONDS ? 'warn' : '');
  figure('node-processor', service.ready.ok ? `lag ${duration(lag)}` : service.live.ok ? 'not ready' : 'stopped',
    service.ready.ok ? 'good' : 'bad');
  figure('edge-serve', `${serving.partitions.length} of ${serving.all} partitions`,
    serving.partitions.length < serving.all || serving.all === 0 ? 'warn' : '');
}

function cell(value, how) {
  const element = document.createElement('td');
  element.textContent = value;
  tone(element, how);
  return element;
}

function showLedger(snapshot) {
  byId('ledger-empty').hidden = snapshot.topics.length > 0;
  byId('ledger').hidden = snapshot.topics.length === 0;
  const rows = snapshot.topics.map(topic => {
    const row = document.createElement('tr');
    const name = document.createElement('th');
    name.scope = 'row';
    name.textContent = topic.name;
    row.append(name, cell(whole(topic.read)), cell(whole(topic.counted)), cell(whole(topic.duplicate)),
      cell(whole(topic.deadLettered), topic.deadLettered > 0 ? 'warn' : ''), cell(whole(topic.late)),
      cell(whole(topic.missing), topic.missing > 0 ? 'warn' : ''),
      cell(duration(topic.lagSeconds), topic.lagSeconds > BEHIND_SECONDS ? 'warn' : ''),
      cell(topic.completeUntilSeconds === null ? '–' : moment(topic.completeUntilSeconds)));
    return row;
  });
  byId('ledger').tBodies[0].replaceChildren(...rows);
}

function showOwners(snapshot) {
  const many = snapshot.owners.length + snapshot.silent.length > 1;
  byId('owners').hidden = !many;
  if (!many) return;
  const rows = [...snapshot.owners, ...snapshot.silent.map(address => ({ address, partitions: null }))].map(owner => {
    const row = document.createElement('tr');
    const name = document.createElement('th');
    name.scope = 'row';
    name.textContent = owner.address;
    const silent = owner.partitions === null;
    row.append(name, cell(silent ? 'no figures' : owner.partitions.join(', ') || 'none', silent ? 'warn' : ''));
    return row;
  });
  byId('owners').querySelector('tbody').replaceChildren(...rows);
}

function show(answer) {
  const snapshot = merged(answer);
  shown.wasReady ||= snapshot.service.ready.ok;
  const derived = history.add(snapshot);
  shown.last = snapshot;
  shown.receivedMs = performance.now();
  if (document.hidden) return;
  document.body.classList.remove('stale');
  byId('main').hidden = false;
  showBanner(snapshot);
  showVerdict(snapshot);
  showStats(snapshot, derived);
  showGraphs();
  showPipeline(snapshot, derived);
  showLedger(snapshot);
  showOwners(snapshot);
}

function showSilence(sentence) {
  byId('main').hidden = false;
  document.body.classList.add('stale');
  const banner = byId('banner');
  banner.hidden = false;
  tone(banner, 'bad');
  text(byId('banner-title'), 'No answer.');
  text(byId('banner-text'), sentence);
  byId('banner-link').hidden = true;
  tone(byId('verdict'), 'bad');
  text(byId('verdict-text'), 'No answer');
  text(byId('verdict-note'), '');
  text(byId('announcement'), 'No answer');
  shown.announced = '';
}

async function poll() {
  try {
    const answer = await fetch('api/v1/snapshot', { cache: 'no-store' });
    if (answer.ok) show(await answer.json());
    else showSilence(await answer.text());
  } catch {
    // the watch reports it
  }
}

function listen() {
  const stream = new EventSource('api/v1/stream');
  stream.onmessage = event => show(JSON.parse(event.data));
  stream.addEventListener('failure', event => showSilence(event.data));
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) { // refused: too many pages are open
      poll();
      setTimeout(listen, POLL_MS);
    }
  };
}

setInterval(() => {
  if (performance.now() - shown.receivedMs > SILENT_MS + POLL_MS) {
    const since = shown.last ? ` since ${clock(shown.last.timeMs / 1000)}` : '';
    showSilence(`The process has not answered${since}; the page tries again.`);
  }
}, 1000);

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && shown.last) showGraphs();
});

listen();
