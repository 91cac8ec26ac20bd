// The last traces of a receiver that keeps them, and one of them with its lines.

import { clock } from './charts.js';
import { byId, cell, duration, setting, text, whole } from './words.js';
import { show } from './waterfall.js';

const ASK_MS = 2000;
const ID = /^[0-9a-f]{32}$/;

const rows = new Map();
const state = { traces: [], failure: '', chosen: '', shown: '', opened: new Set() };

async function answerOf(path) {
  const answer = await fetch('api/v1/traces' + path, { cache: 'no-store' });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
}

function number(count, noun) {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function newRow(trace) {
  const row = document.createElement('tr');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'choice';
  button.addEventListener('click', () => choose(trace.id, true));
  const name = document.createElement('td');
  name.append(button);
  row.append(cell(''), name, cell(''), cell(''), cell(''), cell(''), cell(''));
  return row;
}

function fill(row, trace) {
  const [start, name, service, length, spans, failed, lines] = row.cells;
  text(start, clock(trace.startMicros / 1e6));
  text(name.firstChild, trace.name || '(no name)');
  name.firstChild.setAttribute('aria-pressed', String(trace.id === state.chosen));
  text(service, trace.service);
  text(length, duration(trace.durationMicros / 1e6));
  text(spans, whole(trace.spans));
  text(failed, trace.failed > 0 ? whole(trace.failed) : '');
  text(lines, whole(trace.lines));
  row.classList.toggle('chosen', trace.id === state.chosen);
}

function showList() {
  const words = byId('traces-filter').value.toLowerCase().split(/\s+/).filter(word => word);
  const wanted = state.traces.filter(trace => {
    const all = [trace.id, trace.name, trace.service, trace.failed > 0 ? 'failed' : ''].join(' ').toLowerCase();
    return words.every(word => all.includes(word));
  });
  const body = byId('traces-list').tBodies[0];
  const ids = new Set(wanted.map(trace => trace.id));
  for (const [id, row] of rows) {
    if (!ids.has(id)) {
      row.remove();
      rows.delete(id);
    }
  }
  let place = body.firstElementChild;
  for (const trace of wanted) {
    if (!rows.has(trace.id)) rows.set(trace.id, newRow(trace));
    const row = rows.get(trace.id);
    fill(row, trace);
    if (row === place) place = place.nextElementSibling;
    else {
      const focused = row.contains(document.activeElement);
      body.insertBefore(row, place);
      if (focused) row.querySelector('button').focus();
    }
  }
  byId('traces-list').hidden = wanted.length === 0;
  byId('traces-empty').hidden = wanted.length > 0;
  text(byId('traces-empty'), state.failure || (words.length ? 'None matches.' : 'None yet.'));
}

function showTrace(answer) {
  const { spans, lines, leftOut } = answer;
  const names = spans.map(span => span.id).join() + lines.length + leftOut;
  if (state.shown === state.chosen + names) return; // leaves the focus and a selection alone
  state.shown = state.chosen + names;
  const root = spans.find(span => !span.parent) ?? spans[0];
  const kept = spans.length > 0;
  text(byId('trace-title'), kept ? root.name : 'Trace');
  text(byId('trace-note'), kept
    ? `Trace ${state.chosen}: ${number(spans.length, 'span')}, ${number(lines.length, 'line')}`
      + (leftOut ? `; ${number(leftOut, 'more span')} left out` : '')
    : `Trace ${state.chosen} is not among the last that were received.`);
  byId('waterfall').hidden = !kept;
  const start = kept ? show(byId('waterfall'), spans, state.opened) : lines[0]?.micros ?? 0;
  byId('lines').hidden = lines.length === 0;
  byId('lines-empty').hidden = lines.length > 0;
  byId('lines').tBodies[0].replaceChildren(...lines.map(line => {
    const row = document.createElement('tr');
    const bad = ['ERROR', 'CRITICAL'].includes(line.level) ? 'bad' : line.level === 'WARNING' ? 'warn' : '';
    const after = (line.micros - start) / 1e6;
    row.append(cell(after < 0 ? '−' + duration(-after) : duration(after)), cell(line.level, bad), cell(line.logger), cell(line.message));
    return row;
  }));
  byId('trace').hidden = false;
}

function choose(id, focus) {
  state.chosen = id;
  state.shown = '';
  state.opened.clear();
  history.replaceState(null, '', id ? '#trace=' + id : location.pathname + location.search);
  showList();
  byId('trace').hidden = true;
  if (id) refreshTrace().then(() => { if (focus) byId('trace-title').focus({ preventScroll: false }); });
}

async function refreshTrace() {
  const id = state.chosen;
  if (!id) return;
  try {
    const answer = await answerOf('/' + id);
    if (id === state.chosen) showTrace(answer);
  } catch (failure) {
    state.failure = failure.message;
  }
}

async function ask() {
  if (!document.hidden && !byId('main').hidden) {
    try {
      state.traces = (await answerOf('')).traces.sort((a, b) => b.startMicros - a.startMicros);
      state.failure = '';
    } catch (failure) {
      state.traces = [];
      state.failure = failure.message;
    }
    showList();
    await refreshTrace();
  }
  setTimeout(ask, ASK_MS);
}

function chooseByAddress() {
  const id = location.hash.replace(/^#trace=/, '');
  if (ID.test(id) && id !== state.chosen) {
    choose(id, true);
  }
}

if (setting('traces')) {
  byId('traces').hidden = false;
  byId('traces-filter').addEventListener('input', showList);
  byId('trace-close').addEventListener('click', () => {
    const row = rows.get(state.chosen);
    choose('', false);
    if (row) row.querySelector('button').focus();
  });
  addEventListener('hashchange', chooseByAddress);
  chooseByAddress();
  ask();
}
