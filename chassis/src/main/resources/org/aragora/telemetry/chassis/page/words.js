// Words of figures, and the only ways in which data gets into the document: as text.

import { clock, spark } from './charts.js';

export const byId = id => document.getElementById(id);

/** A setting of the process for the page, empty if it is not set. */
export function setting(name) {
  return document.querySelector(`meta[name="aragora-${name}"]`)?.content ?? '';
}

export function whole(value) {
  return value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en-US');
}

export function rate(value) {
  if (value === null || value === undefined) return '–';
  return value >= 100 ? whole(value) : value.toLocaleString('en-US', { maximumFractionDigits: value >= 10 ? 1 : 2 });
}

export function percent(value) {
  if (value === null || value === undefined) return '–';
  const hundred = value * 100;
  return hundred.toLocaleString('en-US', { maximumFractionDigits: hundred >= 10 ? 1 : 2 }) + ' %';
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds > 0 && seconds < 0.001) return Math.round(seconds * 1e6) + ' µs';
  if (seconds < 1) return (seconds * 1000).toLocaleString('en-US', { maximumFractionDigits: seconds < 0.01 ? 1 : 0 }) + ' ms';
  if (seconds < 120) return seconds.toLocaleString('en-US', { maximumFractionDigits: 1 }) + ' s';
  if (seconds < 7200) return Math.round(seconds / 60) + ' min';
  return Math.round(seconds / 3600) + ' h';
}

export function moment(seconds) {
  const time = new Date(seconds * 1000);
  const today = new Date().toDateString() === time.toDateString();
  return (today ? '' : time.toLocaleDateString('en-CA') + ' ') + clock(seconds);
}

/** Numbers in ascending order as ranges: 0-3, 7. */
export function ranges(numbers) {
  const parts = [];
  for (const number of numbers) {
    const last = parts[parts.length - 1];
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}

/** Text of others without the characters that turn the order of what follows them round. */
export function visible(value) {
  return String(value ?? '').replace(/\p{Bidi_Control}/gu, '\uFFFD');
}

/** All event data goes through here or the next two: it is text, never markup. */
export function text(element, value) {
  const words = visible(value);
  if (element.textContent !== words) element.textContent = words;
}

/** The name of a row. */
export function heading(value) {
  const element = document.createElement('th');
  element.scope = 'row';
  element.textContent = visible(value);
  return element;
}

export function tone(element, value) {
  if (value) element.dataset.tone = value;
  else delete element.dataset.tone;
}

export function cell(value, how) {
  const element = document.createElement('td');
  element.textContent = visible(value);
  tone(element, how);
  return element;
}

export function stat(id, value, unit, how, column) {
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

export function split(words) {
  const at = words.lastIndexOf(' ');
  return at < 0 ? [words, ''] : [words.slice(0, at), words.slice(at + 1)];
}
