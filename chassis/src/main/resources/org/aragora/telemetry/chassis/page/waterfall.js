// One trace as a waterfall: its spans below each other, in the order of the tree. Text is text.

import { duration, visible } from './words.js';

const WIDTH = 1000;
const LEAST = 3;
const DEEPEST = 8;
const COLOURS = 6;
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Spans in the order of the tree, each with its depth. One whose parent is not here is a root; of
 * parents that go round in a circle, the first is.
 */
export function inOrder(spans) {
  const known = new Set(spans.map(span => span.id));
  const children = new Map();
  for (const span of spans) {
    const parent = known.has(span.parent) && span.parent !== span.id ? span.parent : '';
    if (!children.has(parent)) children.set(parent, []);
    children.get(parent).push(span);
  }
  const ordered = [];
  const placed = new Set();
  const walk = first => {
    const open = [{ span: first, depth: 0 }];
    while (open.length > 0) {
      const { span, depth } = open.pop();
      if (placed.has(span.id)) continue;
      placed.add(span.id);
      ordered.push({ span, depth });
      const below = children.get(span.id) ?? [];
      for (let i = below.length - 1; i >= 0; i--) open.push({ span: below[i], depth: depth + 1 });
    }
  };
  (children.get('') ?? []).forEach(walk);
  spans.forEach(walk);
  return ordered;
}

function element(name, className, words) {
  const created = document.createElement(name);
  if (className) created.className = className;
  if (words !== undefined) created.textContent = visible(words);
  return created;
}

function bar(span, start, length, colour) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'bar');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} 10`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const draw = (className, from, width) => {
    const rect = document.createElementNS(SVG, 'rect');
    const shown = Math.max(LEAST, WIDTH * width / length);
    rect.setAttribute('class', className);
    rect.setAttribute('x', Math.max(0, Math.min(WIDTH - shown, WIDTH * (from - start) / length)).toFixed(1));
    rect.setAttribute('width', Math.min(WIDTH, shown).toFixed(1));
    rect.setAttribute('y', '1');
    rect.setAttribute('height', '8');
    svg.append(rect);
  };
  draw(span.failed ? 'failed' : 'fill-' + colour, span.startMicros, span.durationMicros);
  for (const event of span.events) draw('event', event.micros, 0);
  return svg;
}

function details(span, start) {
  const list = element('dl', 'attributes');
  const add = (name, value) => {
    const pair = element('div');
    pair.append(element('dt', '', name), element('dd', '', value));
    list.append(pair);
  };
  add('span', span.id);
  add('service', span.service);
  add('kind', span.kind);
  add('after', duration((span.startMicros - start) / 1e6));
  if (span.failed) add('failure', span.failure || 'no message');
  for (const [name, value] of span.attributes) add(name, value);
  for (const event of span.events) {
    const words = event.attributes.map(([name, value]) => `${name}=${value}`);
    add('event', [event.name, 'after ' + duration((event.micros - start) / 1e6), ...words].join('  '));
  }
  return list;
}

/** Shows the spans in a list; those whose ids are in {@code opened} with their attributes. */
export function show(list, spans, opened) {
  const start = Math.min(...spans.map(span => span.startMicros));
  const end = Math.max(...spans.map(span => span.startMicros + span.durationMicros));
  const length = Math.max(1, end - start);
  const services = [...new Set(spans.map(span => span.service))];
  const scale = element('li', 'scale');
  scale.append(element('span', '', '0'), element('span', '', duration(length / 2e6)), element('span', '', duration(length / 1e6)));
  scale.setAttribute('aria-hidden', 'true');
  const rows = inOrder(spans).map(({ span, depth }) => {
    const row = element('li');
    const box = element('details');
    const summary = element('summary');
    const name = element('span', 'span-name depth-' + Math.min(depth, DEEPEST), span.name);
    name.append(' ', element('small', '', span.service));
    if (span.failed) name.append(' ', element('strong', '', 'failed'));
    summary.append(name, bar(span, start, length, services.indexOf(span.service) % COLOURS + 1),
      element('span', 'span-duration', duration(span.durationMicros / 1e6)));
    box.append(summary);
    box.open = opened.has(span.id);
    const fill = () => { if (box.open && box.childElementCount === 1) box.append(details(span, start)); };
    box.addEventListener('toggle', () => {
      if (box.open) opened.add(span.id);
      else opened.delete(span.id);
      fill();
    });
    fill();
    row.append(box);
    return row;
  });
  list.replaceChildren(scale, ...rows);
  return start;
}
