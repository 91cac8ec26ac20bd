// The answers of the process as they come, its silence, and the sentence of its health.

import { clock } from './charts.js';
import { byId, text, tone } from './words.js';

const SILENT_MS = 10000;
const POLL_MS = 5000;

const state = { lastMs: null, receivedMs: performance.now(), wasReady: false, announced: '' };

/** Returns true if the process has been ready since the page was opened. */
export function wasReady() {
  return state.wasReady;
}

/** Shows the sentence of health, with the section of the runbook, or hides the banner. */
export function showBanner({ live, ready }, sectionIfStopped, section) {
  const banner = byId('banner');
  const bad = !ready.ok || !live.ok;
  banner.hidden = !bad;
  if (!bad) return;
  tone(banner, live.ok && !state.wasReady ? 'warn' : 'bad');
  text(byId('banner-title'), !live.ok ? 'Stopped.' : state.wasReady ? 'Not ready.' : 'Starting.');
  text(byId('banner-text'), ready.ok ? live.cause : ready.cause);
  const link = byId('banner-link');
  link.hidden = false;
  link.href = 'page/runbook.md#:~:text=' + (live.ok ? section : sectionIfStopped);
}

/** Shows a verdict; a screen reader reads it if more than its numbers has changed. */
export function showVerdict(how, words, note) {
  tone(byId('verdict'), how);
  text(byId('verdict-text'), words);
  text(byId('verdict-note'), note);
  const name = how + ' ' + words.replace(/\d[\d:., -]*/g, '');
  if (name !== state.announced) {
    state.announced = name;
    text(byId('announcement'), words);
  }
}

function showSilence(sentence, title = 'No answer') {
  byId('main').hidden = false;
  document.body.classList.add('stale');
  const banner = byId('banner');
  banner.hidden = false;
  tone(banner, 'bad');
  text(byId('banner-title'), title + '.');
  text(byId('banner-text'), sentence);
  byId('banner-link').hidden = true;
  tone(byId('verdict'), 'bad');
  text(byId('verdict-text'), title);
  text(byId('verdict-note'), '');
  text(byId('announcement'), title);
  state.announced = '';
}

/** Passes each snapshot to {@code add}, and what it returns to {@code show} while the page is visible. */
export function listen(add, show) {
  byId('plain').hidden = true; // the scripts have loaded

  function receive(snapshot) {
    try {
      state.wasReady ||= snapshot.service.ready.ok;
      state.lastMs = snapshot.timeMs;
      state.receivedMs = performance.now();
      const added = add(snapshot);
      if (document.hidden) return;
      document.body.classList.remove('stale');
      byId('main').hidden = false;
      show(added);
    } catch (failure) {
      showSilence(`The page cannot show an answer of the process: ${failure.message}`, 'Not shown');
    }
  }

  async function poll() {
    try {
      const answer = await fetch('api/v1/snapshot', { cache: 'no-store' });
      if (answer.ok) receive(await answer.json());
      else showSilence(await answer.text());
    } catch {
      // the watch reports it
    }
  }

  function open() {
    const stream = new EventSource('api/v1/stream');
    stream.onmessage = event => receive(JSON.parse(event.data));
    stream.addEventListener('failure', event => showSilence(event.data));
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) { // refused: too many pages are open
        poll();
        setTimeout(open, POLL_MS);
      }
    };
  }

  setInterval(() => {
    if (performance.now() - state.receivedMs > SILENT_MS) {
      const since = state.lastMs ? ` since ${clock(state.lastMs / 1000)}` : '';
      showSilence(`The process has not answered${since}; the page tries again.`);
    }
  }, 1000);
  open();
}
