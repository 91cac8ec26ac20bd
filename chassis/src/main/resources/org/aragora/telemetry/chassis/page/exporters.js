// The exporters in the pipeline, as the processor gets their figures from their pages.

import { increase } from './figures.js';
import { byId, cell, duration, heading, rate, text, tone, whole } from './words.js';

const RATE_MS = 60000;
const BEHIND_SECONDS = 30;
const ITEMS = { spans: 'spans', logs: 'lines' };

/** Items per second of one exporter over the last minute, or since its start; null if it is unknown. */
export function itemsPerSecond(samples, report) {
  const now = report.figures;
  if (!now) return null;
  let base = now;
  for (let i = samples.length - 1; i >= 0; i--) {
    const then = samples[i].exporters?.find(each => each.address === report.address)?.figures;
    if (!then || then.timeMs === base.timeMs) continue;
    const isSameRun = then.exporter === now.exporter && then.timeMs < base.timeMs && then.items <= base.items;
    if (!isSameRun || then.timeMs < now.timeMs - RATE_MS) break;
    base = then;
  }
  return base === now ? null : increase(base.items, now.items) * 1000 / (now.timeMs - base.timeMs);
}

function health({ figures, problem }) {
  if (!figures) return ['bad', problem];
  if (!figures.live.ok) return ['bad', 'stopped: ' + figures.live.cause];
  if (!figures.ready.ok) return ['bad', 'not ready: ' + figures.ready.cause];
  return [figures.lagSeconds > BEHIND_SECONDS ? 'warn' : 'good', 'ready'];
}

function worst(tones) {
  return ['bad', 'warn', 'good'].find(each => tones.includes(each)) ?? '';
}

/** All exporters of a kind together; null if none of them answers. */
function together(samples, reports, kind) {
  const some = reports.filter(each => each.figures?.exporter === kind);
  if (some.length === 0) return null;
  const rates = some.map(each => itemsPerSecond(samples, each)).filter(each => each !== null);
  const lags = some.map(each => each.figures.lagSeconds).filter(each => each !== null);
  return {
    rate: rates.length ? rates.reduce((a, b) => a + b) : null,
    lag: lags.length ? Math.max(...lags) : null,
    tone: worst(some.map(each => health(each)[0])),
  };
}

function row(samples, report) {
  const { address, figures } = report;
  const element = document.createElement('tr');
  const [how, words] = health(report);
  element.append(heading(address), cell(figures ? ITEMS[figures.exporter] : '–'),
    cell(figures ? rate(itemsPerSecond(samples, report)) + '/s' : '–'), cell(whole(figures?.items)),
    cell(duration(figures?.lagSeconds), figures?.lagSeconds > BEHIND_SECONDS ? 'warn' : ''),
    cell(whole(figures?.lagRecords)), cell(whole(figures?.deadLettered), figures?.deadLettered > 0 ? 'warn' : ''),
    cell(words, how === 'bad' ? 'bad' : ''));
  return element;
}

/** Shows the reports of the last sample. A processor without addresses of exporters has none. */
export function showExporters(samples) {
  const reports = samples[samples.length - 1]?.exporters ?? [];
  byId('exporters').hidden = reports.length === 0;
  if (reports.length === 0) return;
  const words = [];
  for (const [kind, items] of Object.entries(ITEMS)) {
    const all = together(samples, reports, kind);
    text(byId('edge-branch').querySelector('.' + kind), all ? `${items} lag ${duration(all.lag)}` : '');
    text(byId('edge-export').querySelector('.' + kind), all ? `${rate(all.rate)} ${items}/s` : '');
    words.push(!all ? `no figures of ${items}` : `${items} ${all.tone === 'bad' ? 'not ready' : 'ready'}`);
  }
  const silent = reports.filter(each => !each.figures).length;
  if (silent) words.push(`${silent} of ${reports.length} without figures`);
  const how = worst([...reports.map(each => health(each)[0]), words[0].startsWith('no ') || words[1].startsWith('no ') ? 'warn' : 'good']);
  text(byId('node-exporters').querySelector('.figure'), words.join(', '));
  for (const id of ['edge-branch', 'node-exporters', 'edge-export']) tone(byId(id), how);
  byId('exporters').querySelector('tbody').replaceChildren(...reports.map(each => row(samples, each)));
}
