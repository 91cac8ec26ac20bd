// The page of an exporter.

import { byId, cell, duration, heading, rate, split, stat, text, whole } from './words.js';
import { listen, showBanner, showVerdict, wasReady } from './live.js';

const KEEP = 900;
const RATE_SECONDS = 60;
const BEHIND_SECONDS = 30;
const FIGURES = ['lag', 'exported', 'inFlight', 'parked', 'retried', 'dead'];
const samples = [];

/** Adds a snapshot; returns the figures at each moment that is kept. */
function add(snapshot) {
  const last = samples[samples.length - 1];
  if (last && snapshot.timeMs === last.timeMs) return snapshot; // the stream began again
  if (last && snapshot.timeMs < last.timeMs) samples.length = 0; // another process, or its clock
  let from = samples[0];
  for (const sample of samples) {
    if (sample.timeMs >= snapshot.timeMs - RATE_SECONDS * 1000) {
      from = sample;
      break;
    }
  }
  const known = from && from.items <= snapshot.acknowledgedItems && snapshot.timeMs > from.timeMs;
  samples.push({
    timeMs: snapshot.timeMs,
    items: snapshot.acknowledgedItems,
    lag: snapshot.lagSeconds,
    exported: known ? (snapshot.acknowledgedItems - from.items) * 1000 / (snapshot.timeMs - from.timeMs) : null,
    inFlight: snapshot.inFlight,
    parked: snapshot.parked,
    retried: snapshot.retried.reduce((sum, each) => sum + each.count, 0),
    dead: snapshot.deadLettered.reduce((sum, each) => sum + each.count, 0),
  });
  if (samples.length > KEEP) samples.shift();
  return snapshot;
}

function words(counts, none) {
  const some = counts.filter(each => each.count > 0);
  return some.length ? some.map(each => `${each.name.replaceAll('_', ' ')} ${whole(each.count)}`).join(', ') : none;
}

function verdict({ service, lagSeconds }) {
  if (!service.live.ok) return ['bad', 'Stopped'];
  if (!service.ready.ok) return wasReady() ? ['bad', 'Not ready'] : ['warn', 'Starting'];
  if (lagSeconds !== null && lagSeconds > BEHIND_SECONDS) return ['warn', `Behind by ${duration(lagSeconds)}`];
  return ['good', 'Exporting'];
}

function show(snapshot) {
  const { service, partitions } = snapshot;
  showBanner(service, 'TelemetryExporterDown', 'TelemetryExporterStuck');
  const [how, sentence] = verdict(snapshot);
  showVerdict(how, sentence, '');
  text(byId('application'), service.exporter + ' exporter');
  text(byId('fact-exporter'), service.exporter);
  text(byId('fact-group'), service.groupId);
  text(byId('fact-owns'), `${whole(snapshot.owned)} partitions`);
  const now = samples[samples.length - 1];
  const columns = Object.fromEntries(FIGURES.map(name => [name, samples.map(sample => sample[name])]));
  stat('stat-lag', ...split(duration(now.lag)), now.lag > BEHIND_SECONDS ? 'warn' : '', columns.lag);
  text(byId('stat-lag').querySelector('.note'), `${whole(snapshot.lagRecords)} records`);
  stat('stat-exported', rate(now.exported), '', '', columns.exported);
  text(byId('stat-exported').querySelector('.note'), `${whole(snapshot.acknowledgedItems)} in total`);
  stat('stat-in-flight', whole(now.inFlight), '', '', columns.inFlight);
  stat('stat-parked', whole(now.parked), '', now.parked > 0 ? 'warn' : '', columns.parked);
  stat('stat-retried', whole(now.retried), '', '', columns.retried);
  text(byId('stat-retried').querySelector('.note'), words(snapshot.retried, 'batches'));
  stat('stat-dead', whole(now.dead), '', now.dead > 0 ? 'warn' : '', columns.dead);
  text(byId('stat-dead').querySelector('.note'), words(snapshot.deadLettered, 'none'));
  byId('partitions-empty').hidden = partitions.length > 0;
  byId('partitions').tBodies[0].replaceChildren(...partitions.map(each => {
    const row = document.createElement('tr');
    row.append(heading(each.topic), cell(whole(each.partition)), cell(whole(each.lag)), cell(whole(each.heldBack)),
      cell(whole(each.exported)), cell(whole(each.skipped)), cell(whole(each.deadLettered), each.deadLettered > 0 ? 'warn' : ''));
    return row;
  }));
}

listen(add, show);
