// Graphs over time, drawn by uPlot; the legend is ours.

const COLOURS = ['--one', '--two', '--three', '--four', '--five', '--six'];
const COARSE = [1, 2, 5, 10, 15, 30, 60, 120, 180, 300];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** One graph. {@code format} writes a value for people. */
export class Graph {
  constructor(article, format) {
    this.article = article;
    this.place = article.querySelector('.plot');
    this.legend = article.querySelector('.legend');
    this.format = format;
    this.names = [];
    this.data = [[]];
    new ResizeObserver(() => this.resize()).observe(this.place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.rebuild());
  }

  /** Shows times in seconds and one array per name. */
  show(names, times, columns) {
    if (!window.uPlot) {
      this.place.textContent = 'The graph cannot be drawn: its script did not load.';
      return;
    }
    this.data = [times, ...columns];
    if (names.join('\n') !== this.names.join('\n') || !this.plot) {
      this.names = names;
      this.rebuild();
    } else {
      this.plot.setData(this.data, false);
      this.plot.setScale('x', this.range());
      this.values();
    }
    const last = names.map((name, i) => name + ' ' + this.text(columns[i][columns[i].length - 1]));
    const title = this.article.querySelector('h2').firstChild.textContent.trim();
    this.place.setAttribute('aria-label', title + (last.length ? ': ' + last.join(', ') : ': no values'));
  }

  range() {
    const times = this.data[0];
    const end = times.length ? times[times.length - 1] : Date.now() / 1000;
    const start = times.length ? times[0] : end - 60;
    return { min: Math.min(start, end - 60), max: end };
  }

  text(value) {
    return value === null || value === undefined ? '–' : this.format(value);
  }

  resize() {
    if (this.plot && this.place.clientWidth > 0) {
      this.plot.setSize({ width: this.place.clientWidth, height: this.place.clientHeight });
    }
  }

  rebuild() {
    if (this.plot) this.plot.destroy();
    const grid = { stroke: colour('--grid'), width: 1 };
    const axis = {
      stroke: colour('--soft'), grid, ticks: { show: false },
      font: '12px system-ui, "Liberation Sans", "DejaVu Sans", sans-serif',
    };
    this.plot = new window.uPlot({
      width: Math.max(100, this.place.clientWidth),
      height: Math.max(100, this.place.clientHeight),
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { setScale: false } },
      select: { show: false },
      scales: { x: { time: true, auto: false }, y: { range: (u, min, max) => [0, Math.max(max || 0, 1e-9) * 1.12] } },
      axes: [
        {
          ...axis, size: 30, space: 70, incrs: COARSE,
          values: (u, splits, axisIndex, space, step) => splits.map(time => clock(time, step < 60)),
        },
        { ...axis, size: 58, space: 34, values: (u, splits) => splits.map(value => this.format(value)) },
      ],
      series: [{}, ...this.names.map((name, i) => ({
        stroke: colour(COLOURS[i % COLOURS.length]), width: 1.75, points: { show: false }, spanGaps: false,
      }))],
      hooks: { setCursor: [() => this.values()] },
    }, this.data, this.place);
    this.plot.setScale('x', this.range());
    this.items = this.names.map((name, i) => {
      const item = document.createElement('li');
      item.className = 'series-' + (i % COLOURS.length + 1);
      const dot = document.createElement('span');
      dot.className = 'dot';
      const label = document.createElement('span');
      label.textContent = name;
      const value = document.createElement('b');
      item.append(dot, label, value);
      return { item, value };
    });
    this.legend.replaceChildren(...this.items.map(each => each.item));
    this.values();
  }

  /** Writes the values under the cursor into the legend, or the last ones. */
  values() {
    if (!this.items || !this.plot) return;
    const at = this.plot.cursor.idx ?? this.data[0].length - 1;
    this.items.forEach((each, i) => { each.value.textContent = this.text(this.data[i + 1][at]); });
  }
}

export function clock(seconds, withSeconds = true) {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB', {
    hour: '2-digit', minute: '2-digit', ...(withSeconds ? { second: '2-digit' } : {}),
  });
}

/** Draws the values as a line without axes. */
export function spark(svg, values) {
  const known = values.filter(value => value !== null);
  const highest = Math.max(...known, 1e-9);
  const points = [];
  values.forEach((value, i) => {
    if (value !== null) {
      points.push((100 * i / Math.max(1, values.length - 1)).toFixed(1) + ',' + (23 - 22 * value / highest).toFixed(1));
    }
  });
  svg.querySelector('polyline').setAttribute('points', points.length > 1 ? points.join(' ') : '');
}
