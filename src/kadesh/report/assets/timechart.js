// A chart over dates that any of the sections fills: layers below, lines, names at the line ends,
// and a cursor that mouse, touch and arrow keys move and that reads the values out as text.

let clipCount = 0;

class TimeChart {
  // spec: {label, dates, domain, format, height, layers(chart), lines, names, legend, read(k), right}
  constructor(holder, spec) {
    this.holder = holder;
    this.spec = spec;
    this.position = spec.dates.length - 1;
    this.legend = html("ul", { class: "legend" }, ...(spec.legend ?? []));
    this.frame = html("div", { class: "plot", tabindex: "0", role: "group",
      "aria-label": `${spec.label}. Left and right arrow keys read the values of each date.` });
    this.readout = html("output", { class: "readout", "aria-live": "polite" });
    holder.replaceChildren(this.legend, this.frame, this.readout);
    this.frame.addEventListener("pointermove", (event) => this.follow(event));
    this.frame.addEventListener("pointerdown", (event) => this.follow(event));
    this.frame.addEventListener("keydown", (event) => this.step(event));
    this.draw();
  }

  draw(width = Math.max(this.holder.clientWidth, 240)) {
    const { spec } = this;
    const narrow = width < 420;
    const room = 14 + 7.5 * Math.max(0, ...(spec.names ?? []).map(({ text }) => text.length));
    const height = spec.height ?? (narrow ? 230 : 300);
    this.marks = spec.ticks ?? ticks(...spec.domain, narrow ? 4 : 6);
    const left = 12 + 7 * Math.max(5, ...this.marks.map((value) => spec.format(value).length));
    this.box = { left, right: width - (spec.right ? 50 : narrow || !spec.names ? 12 : Math.min(room, 130)),
      top: 12, bottom: height - 26 };
    this.times = spec.dates.map(time);
    const ends = [this.times[0], this.times[this.times.length - 1]];
    this.along = scale(ends, [this.box.left, this.box.right]);
    this.x = (k) => this.along(this.times[k]);
    this.y = scale(spec.domain, [this.box.bottom, this.box.top]);
    this.narrow = narrow;
    this.svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spec.label });
    this.axes(ends);
    spec.layers?.(this);
    this.names();
    this.cursor = make("line", { class: "cursor", y1: this.box.top, y2: this.box.bottom });
    this.svg.append(this.cursor);
    this.frame.replaceChildren(this.svg);
    this.point(this.position);
  }

  axes(ends) {
    const { box, spec, svg } = this;
    const axis = make("g", { class: "axis", "aria-hidden": "true" });
    for (const value of this.marks) {
      const y = this.y(value);
      axis.append(make("line", { class: "grid", x1: box.left, x2: box.right, y1: y, y2: y }));
      axis.append(make("text", { x: box.left - 6, y: y + 4, "text-anchor": "end" }, spec.format(value)));
      if (spec.right) axis.append(make("text", { x: box.right + 6, y: y + 4 }, spec.right(value)));
    }
    for (const { at, name } of dateTicks(...ends, box.right - box.left)) {
      const x = this.along(at);
      axis.append(make("line", { class: "grid", x1: x, x2: x, y1: box.top, y2: box.bottom }));
      axis.append(make("text", { x, y: box.bottom + 18, "text-anchor": "middle" }, name));
    }
    axis.append(make("line", { class: "base", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }));
    svg.append(axis);
  }

  // A clip path that lets through only the dates for which `where` holds, each up to half-way
  // to its neighbours.
  clip(where) {
    const id = `clip-${clipCount += 1}`;
    const path = make("clipPath", { id });
    where.forEach((holds, k) => {
      if (!holds) return;
      const [from, to] = this.cell(k);
      path.append(make("rect", { x: from, width: to - from, y: 0, height: this.box.bottom }));
    });
    this.svg.append(make("defs", {}, path));
    return `url(#${id})`;
  }

  cell(k) {
    const last = this.times.length - 1;
    const from = k === 0 ? this.x(0) : (this.x(k - 1) + this.x(k)) / 2;
    const to = k === last ? this.x(last) : (this.x(k) + this.x(k + 1)) / 2;
    return [from, to];
  }

  add(name, attributes) {
    const node = make(name, attributes);
    this.svg.append(node);
    return node;
  }

  band(series, look, clip = null) {
    this.add("path", { class: `band ${look}`, d: bandPath(series.low, series.high, this.x, this.y), "clip-path": clip });
  }

  line(values, look, clip = null) {
    this.add("path", { class: `line ${look}`, d: linePath(values, this.x, this.y), "clip-path": clip });
  }

  dots(values, look, square) {
    values.forEach((value, k) => {
      if (value === null) return;
      const [x, y, r] = [this.x(k), this.y(value), this.narrow ? 2 : 2.8];
      if (square) this.add("rect", { class: `dot ${look}`, x: x - r, y: y - r, width: 2 * r, height: 2 * r });
      else this.add("circle", { class: `dot ${look}`, cx: x, cy: y, r });
    });
  }

  // Names at the right end of the lines, pushed apart where they would touch; where there is no
  // room for them the legend has to do.
  names() {
    const { box, spec } = this;
    if (this.narrow) return;
    const wanted = (spec.names ?? []).map(({ text, values, look }) => {
      const last = runs(values).pop()?.pop();
      return last === undefined ? null : { text, look, y: this.y(values[last]) };
    }).filter(Boolean).sort((a, b) => a.y - b.y);
    wanted.forEach((entry, n) => {
      if (n && entry.y - wanted[n - 1].y < 15) entry.y = wanted[n - 1].y + 15;
    });
    for (const { text, look, y } of wanted) {
      this.svg.append(make("text", { class: `name ${look}`, x: box.right + 8, y: y + 4 }, text));
    }
  }

  follow(event) {
    const bounds = this.svg.getBoundingClientRect();
    const at = (event.clientX - bounds.left) * (this.svg.viewBox.baseVal.width / bounds.width);
    let best = 0;
    this.times.forEach((_, k) => {
      if (Math.abs(this.x(k) - at) < Math.abs(this.x(best) - at)) best = k;
    });
    this.point(best);
  }

  step(event) {
    const last = this.times.length - 1;
    const to = { ArrowLeft: this.position - 1, ArrowRight: this.position + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.point(Math.min(Math.max(to, 0), last));
  }

  point(position) {
    this.position = position;
    const x = this.x(position);
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    const words = `${longDay(this.spec.dates[position])}: ${this.spec.read(position)}`;
    if (this.readout.textContent !== words) this.readout.textContent = words;
  }
}

// One entry of a legend: a swatch drawn in 26 by 12 and a word.
function key(words, ...shapes) {
  return html("li", {}, make("svg", { viewBox: "0 0 26 12", "aria-hidden": "true" }, ...shapes), words);
}

function sideKey(side, number) {
  const mark = number === 1 ? make("circle", { class: "dot side-1", cx: 13, cy: 6, r: 3 })
    : make("rect", { class: "dot side-2", x: 10, y: 3, width: 6, height: 6 });
  return key(side.name, make("path", { class: `band side-${number}`, d: "M0,0H26V12H0Z" }),
    make("path", { class: `line side-${number}`, d: "M0,6H26" }), mark);
}
