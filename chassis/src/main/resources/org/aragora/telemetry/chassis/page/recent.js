// The last events and dead letters, asked for while the page is visible.

import { clock } from './charts.js';
import { byId, cell, setting } from './words.js';

const ASK_MS = 1500;
const ROWS = 60;

const TRACE = /^[0-9a-f]{32}$/;
const tracesUrl = setting('traces-url');
const linesUrl = setting('logs-url');
const keepsTraces = setting('traces') !== '';
const state = { paused: false, answer: null };

function link(address, words) {
  const element = document.createElement('a');
  element.textContent = words;
  element.href = address;
  if (!address.startsWith('#')) {
    element.target = '_blank';
    element.rel = 'noopener noreferrer';
  }
  return element;
}

/** Links to a trace and to its lines, as far as the settings name places. */
export function traceLinks(id) {
  if (!TRACE.test(id)) return [];
  const links = [];
  if (tracesUrl) links.push(link(tracesUrl.replaceAll('{trace_id}', id), 'trace'));
  else if (keepsTraces) links.push(link('#trace=' + id, 'trace'));
  if (linesUrl) links.push(link(linesUrl.replaceAll('{trace_id}', id), 'lines'));
  return links;
}

/** Returns the id of the newest trace among the last events, empty if there is none. */
export function newestTrace() {
  return state.answer?.events.find(record => TRACE.test(record.traceId))?.traceId ?? '';
}

function row(cells) {
  const element = document.createElement('tr');
  element.append(...cells.map(value => cell(value)));
  return element;
}

function matches(record, words) {
  const all = [record.topic, record.kind, record.source, record.text, record.traceId].join(' ').toLowerCase();
  return words.every(word => all.includes(word));
}

function showEvents() {
  if (state.paused || !state.answer) return;
  const words = byId('tail-filter').value.toLowerCase().split(/\s+/).filter(word => word);
  const events = state.answer.events.filter(record => matches(record, words)).slice(0, ROWS);
  byId('tail').hidden = events.length === 0;
  const empty = byId('tail-empty');
  empty.hidden = events.length > 0;
  empty.textContent = state.answer.failure || (words.length ? 'None matches.' : 'None yet.');
  byId('tail').tBodies[0].replaceChildren(...events.map(record => {
    const element = row([clock(record.timeMs / 1000), record.kind, record.source, record.text]);
    if (tracesUrl || linesUrl || keepsTraces) {
      const links = document.createElement('td');
      traceLinks(record.traceId).forEach((each, i) => links.append(i ? ' ' : '', each));
      element.append(links);
    }
    return element;
  }));
}

function showDeadLetters() {
  const letters = state.answer.deadLetters;
  byId('dead').hidden = letters.length === 0;
  byId('dead-empty').hidden = letters.length > 0;
  byId('dead-empty').textContent = state.answer.failure || 'None.';
  byId('dead').tBodies[0].replaceChildren(...letters.map(record =>
    row([new Date(record.timeMs).toLocaleString('sv-SE'), record.topic, record.place, record.kind, record.text])));
  byId('redrive').hidden = letters.length === 0;
  const reasons = [...new Set(letters.map(record => record.kind))].filter(reason => /^[a-z_]+$/.test(reason));
  byId('redrive-command').textContent = 'bin/telemetry redrive'
    + (reasons.length ? ' --reason ' + reasons.join(',') : '') + ' --execute';
}

async function ask() {
  if (!document.hidden && !byId('main').hidden) {
    try {
      const answer = await fetch('api/v1/recent', { cache: 'no-store' });
      if (answer.ok) {
        state.answer = await answer.json();
        showEvents();
        showDeadLetters();
      }
    } catch {
      // page.js reports that the process does not answer
    }
  }
  setTimeout(ask, ASK_MS);
}

byId('tail-filter').addEventListener('input', showEvents);
byId('tail-pause').addEventListener('click', event => {
  state.paused = !state.paused;
  event.target.setAttribute('aria-pressed', String(state.paused));
  event.target.textContent = state.paused ? 'Go on' : 'Pause';
  showEvents();
});
byId('tail').querySelector('.trace-link').hidden = !(tracesUrl || linesUrl || keepsTraces);
ask();
