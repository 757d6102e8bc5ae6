// A sparkline: the last two minutes of a figure, one point a second. The figure itself is text beside it.
const points = 120;
const [width, height] = [points - 1, 32];
const svg = 'http://www.w3.org/2000/svg';

/** A series of numbers; null is a second of which nothing is known. */
export class Series {
  values = [];

  push(value) {
    this.values.push(value);
    if (this.values.length > points) this.values.shift();
  }

  get peak() {
    return Math.max(0, ...this.values.filter((value) => value !== null));
  }
}

/** Draws one or two series into a box, on one scale that begins at zero; the first one is the accented one. */
export class Chart {
  #lines;
  #area;

  constructor(parent, series) {
    this.series = series;
    const picture = document.createElementNS(svg, 'svg');
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    picture.setAttribute('preserveAspectRatio', 'none');
    picture.setAttribute('aria-hidden', 'true');
    picture.classList.add('chart');
    const path = (name) => {
      const element = picture.appendChild(document.createElementNS(svg, 'path'));
      element.classList.add(name);
      return element;
    };
    this.#area = path('area');
    this.#lines = series.map((_, index) => path(index === 0 ? 'line' : 'second'));
    parent.append(picture);
  }

  draw() {
    const top = Math.max(...this.series.map(({peak}) => peak)) || 1;
    this.series.forEach(({values}, index) => this.#lines[index].setAttribute('d', outline(values, top)));
    this.#area.setAttribute('d', outline(this.series[0].values, top, true));
  }
}

/** A path through the values, broken where there are none; closed down to the ground for an area. */
function outline(values, top, closed = false) {
  const y = (value) => (height - 1 - (value / top) * (height - 3)).toFixed(2);
  const first = points - values.length;
  let path = '';
  let from = null;
  values.forEach((value, index) => {
    const x = first + index;
    if (value === null) {
      if (closed && from !== null) path += `L${x - 1} ${height}L${from} ${height}Z`;
      from = null;
      return;
    }
    path += `${from === null ? 'M' : 'L'}${x} ${y(value)}`;
    from ??= x;
  });
  if (closed && from !== null) path += `L${width} ${height}L${from} ${height}Z`;
  return path;
}
