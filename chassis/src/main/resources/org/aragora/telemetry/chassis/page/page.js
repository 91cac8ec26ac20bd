import { History, readOf } from './figures.js';
import { merged } from './peers.js';
import { Graph, clock } from './charts.js';
import { showExporters } from './exporters.js';
import { listen, showBanner, showVerdict, wasReady } from './live.js';
import {
  byId, cell, duration, heading, moment, percent, ranges, rate, split, stat, text, tone, visible, whole,
} from './words.js';
import { newestTrace, traceLinks } from './recent.js';

const BEHIND_SECONDS = 30;

const history = new History();
const latency = new Graph(byId('graph-latency'), duration);
const errors = new Graph(byId('graph-errors'), value => percent(value));

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
  if (!service.ready.ok) return wasReady() ? ['bad', 'Not ready'] : ['warn', 'Starting'];
  if (serving.ledgersBalance === false) return ['bad', 'The ledger does not balance'];
  if (serving.partitions.length < serving.all) {
    return ['warn', `A part: ${serving.partitions.length} of ${serving.all} partitions`];
  }
  if (lag !== null && lag > BEHIND_SECONDS) return ['warn', `Behind by ${duration(lag)}`];
  const missing = total(topics, 'missing');
  if (missing > 0) return ['warn', `${whole(missing)} events missing`];
  const until = lowest(topics, 'completeUntilSeconds');
  if (topics.some((topic) => topic.counted > 0 && topic.completeUntilSeconds === null)) {
    return ['quiet', 'Just taken over'];
  }
  if (until === null) return ['quiet', 'Nothing counted yet'];
  return ['good', `Complete until ${moment(until)}`];
}

function showFacts(snapshot) {
  const { service, serving, topics } = snapshot;
  const [how, words] = verdict(snapshot);
  showVerdict(how, words, how === 'good' ? 'but for late events' : '');
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
    : part ? `${serving.partitions.length} of ${serving.all} partitions (${ranges(serving.partitions)})`
    : snapshot.owners.length > 1 ? `${snapshot.owners.length} processors, all ${serving.all} partitions`
    : `all ${serving.all} partitions`);
  tone(byId('fact-serves'), part ? 'warn' : '');
  text(byId('fact-state'), service.state.toLowerCase().replaceAll('_', ' '));
  text(byId('application'), service.applicationId);
  text(byId('generation'), service.generation === null ? 'no generation yet' : `generation ${service.generation}`);
  text(byId('build'), service.version);
}

function limit(value, warn, bad) {
  return value === null ? '' : value >= bad ? 'bad' : value >= warn ? 'warn' : '';
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
  errors.show(worst.map(visible), history.times, worst.map(name => history.column('endpoint ' + name)));
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
  figure('edge-write', `${rate(series.appended)}/s, ${whole(drops)} dropped`, drops > 0 ? 'warn' : '');
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

function showLedger(snapshot) {
  byId('ledger-empty').hidden = snapshot.topics.length > 0;
  byId('ledger').hidden = snapshot.topics.length === 0;
  const rows = snapshot.topics.map(topic => {
    const row = document.createElement('tr');
    row.append(heading(topic.name), cell(whole(topic.read)), cell(whole(topic.counted)), cell(whole(topic.duplicate)),
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
    const silent = owner.partitions === null;
    row.append(heading(owner.address), cell(silent ? 'no figures' : ranges(owner.partitions) || 'none', silent ? 'warn' : ''));
    return row;
  });
  byId('owners').querySelector('tbody').replaceChildren(...rows);
}

/** Links to the newest trace that the tail contains, and to its lines. */
function showBackends() {
  const id = newestTrace();
  const links = traceLinks(id);
  const place = byId('node-backends').querySelector('.figure');
  if (links.length === 0 || place.dataset.trace === id) return;
  place.dataset.trace = id;
  place.replaceChildren(...links.flatMap((link, i) => i ? [', ', link] : [link]));
}

listen(
  answer => {
    const snapshot = merged(answer);
    return { snapshot, derived: history.add(snapshot) };
  },
  ({ snapshot, derived }) => {
    showBanner(snapshot.service, 'TelemetryProcessorStopped', 'TelemetryNothingComplete');
    showFacts(snapshot);
    showStats(snapshot, derived);
    showGraphs();
    showPipeline(snapshot, derived);
    showExporters(history.samples);
    showBackends();
    showLedger(snapshot);
    showOwners(snapshot);
  });

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && history.times.length) showGraphs();
});
