// The map of control with its slider, the readout in words, and the land held over time.

class ControlMap {
  constructor({ control, sectors, sides }) {
    this.control = control;
    this.sectors = sectors;
    this.sides = sides;
    this.view = document.getElementById("map-view");
    this.slider = document.getElementById("week");
    this.words = document.getElementById("week-words");
    this.playing = null;
    this.listeners = [];
    this.slider.addEventListener("input", () => this.show(+this.slider.value));
    document.getElementById("week-before").addEventListener("click", () => this.move(-1));
    document.getElementById("week-after").addEventListener("click", () => this.move(1));
    this.button = document.getElementById("play");
    this.button.addEventListener("click", () => this.toggle());
    this.legend();
    this.show(this.control.weeks.length - 1);
  }

  // Shares of a sector in week k: [first side, contested, second side], and km² of the intruder.
  shares(sector, k) {
    const { held, contested } = this.control.sectors[sector.id];
    const within = (value) => Math.min(1, Math.max(0, value / sector.area_km2));
    const away = within(sector.held_before_km2 + (held.median[k] ?? 0));
    const open = Math.min(within(contested.median[k] ?? 0), 1 - away);
    const home = 1 - away - open;
    const isFirst = sector.home === this.sides[0].id;
    return { first: isFirst ? home : away, open, second: isFirst ? away : home, away };
  }

  show(k) {
    this.slider.value = k;
    const week = longDay(this.control.weeks[k]);
    this.words.textContent = `Week to ${week}`;
    this.slider.setAttribute("aria-valuetext", `week to ${week}`);
    for (const sector of this.sectors) this.paint(sector, k);
    for (const listener of this.listeners) listener(k);
  }

  paint(sector, k) {
    const shares = this.shares(sector, k);
    const pick = (name) => this.view.querySelectorAll(`${name}[data-sector="${CSS.escape(sector.id)}"]`);
    const colour = mixed(shares.second + shares.open / 2);
    for (const node of pick("use.unit")) node.style.fill = colour;
    for (const node of pick("use.contested")) node.style.opacity = shares.open >= 0.005 ? Math.min(0.6, 0.18 + 2 * shares.open) : 0;
    for (const node of pick("text.share")) node.textContent = percent(shares.away);
    for (const item of pick("li")) this.say(item, sector, shares, k);
  }

  say(item, sector, shares, k) {
    const widths = [shares.first, shares.open, shares.second];
    let from = 0;
    item.querySelectorAll(".bar rect").forEach((bar, n) => {
      bar.setAttribute("x", `${(from * 100).toFixed(2)}%`);
      bar.setAttribute("width", `${(widths[n] * 100).toFixed(2)}%`);
      from += widths[n];
    });
    const [first, second] = this.sides;
    const other = sector.home === first.id ? second : first;
    const { held, contested } = this.control.sectors[sector.id];
    const before = sector.held_before_km2 ? ` besides the ${whole(sector.held_before_km2)} held before the war` : "";
    item.querySelector(".words").textContent = `${first.name} ${percent(shares.first)}, ${second.name} `
      + `${percent(shares.second)}, contested ${percent(shares.open)}. ${other.name} holds ${spread(held, k, whole)} km²${before}; `
      + `${spread(contested, k, whole)} km² contested.`;
  }

  move(step) {
    const last = this.control.weeks.length - 1;
    this.show(Math.min(Math.max(+this.slider.value + step, 0), last));
  }

  toggle() {
    const starting = this.playing === null;
    this.button.textContent = starting ? "Pause" : "Play";
    this.button.setAttribute("aria-pressed", String(starting));
    if (!starting) {
      clearInterval(this.playing);
      this.playing = null;
      return;
    }
    const last = this.control.weeks.length - 1;
    if (+this.slider.value === last) this.show(0);
    this.playing = setInterval(() => {
      if (+this.slider.value >= last) this.toggle();
      else this.move(1);
    }, 250);
  }

  legend() {
    const holder = this.view.querySelector(".map-key");
    const steps = Array.from({ length: 21 }, (_, n) => n / 20);
    const ramp = make("svg", { class: "ramp", viewBox: "0 0 210 14", preserveAspectRatio: "none", "aria-hidden": "true" },
      ...steps.map((part, n) => {
        const box = make("rect", { x: n * 10, width: 10.2, height: 14 });
        box.style.fill = mixed(part);
        return box;
      }));
    const [first, second] = this.sides;
    const ends = html("span", { class: "ramp-ends" }, html("span", {}, `all ${first.name}`), html("span", {}, "half"), html("span", {}, `all ${second.name}`));
    const hatch = key("hatched: contested, 0.5\u00a0% of the sector or more", make("rect", { class: "gap", width: 26, height: 12 }));
    const dashed = key("dashed: border of land claimed by two states", make("path", { class: "border claimed", d: "M0,6H26" }));
    holder.replaceChildren(ramp, ends, html("ul", { class: "legend" }, hatch, dashed));
  }
}

// Between the two sides' colours by way of a pale middle at one half.
function mixed(second) {
  const [from, part] = second <= 0.5 ? ["--side-1", 1 - second * 2] : ["--side-2", second * 2 - 1];
  return `color-mix(in oklab, var(${from}) ${(part * 100).toFixed(1)}%, var(--mid))`;
}

function drawTotals(data, map) {
  const { control, sides } = data;
  return sides.map((side, n) => {
    const series = control.total[side.id];
    const other = sides[1 - n];
    const top = Math.max(1, ...series.high.filter((value) => value !== null));
    const chart = new TimeChart(document.getElementById(`chart-total-${n}`), {
      label: `Land of ${other.name} held by ${side.name}, km²`, dates: control.weeks, domain: [0, top * 1.05],
      height: 220, format: shortNumber,
      legend: [sideKeyPlain(`Land of ${other.name} held by ${side.name}, km²`, n + 1)],
      read: (k) => `${spread(series, k, whole)} km²`,
      layers(drawn) {
        drawn.band(series, `side-${n + 1}`);
        drawn.line(series.median, `side-${n + 1}`);
      },
    });
    map.listeners.push((k) => chart.point(k));
    return chart;
  });
}

function sideKeyPlain(words, number) {
  return key(words, make("path", { class: `band side-${number}`, d: "M0,0H26V12H0Z" }),
    make("path", { class: `line side-${number}`, d: "M0,6H26" }));
}

function drawLosses(data) {
  const { losses, sides } = data;
  const holder = document.getElementById("losses-charts");
  const quantities = Object.keys(losses.sides[sides[0].id]).sort();
  holder.replaceChildren(...quantities.map(() => html("div", { class: "chart" })));
  return quantities.map((quantity, position) => {
    const series = sides.map((side) => losses.sides[side.id][quantity]);
    const words = quantity.replace(/_persons$/, "").replaceAll("_", " ");
    const top = Math.max(1, ...series.flatMap((entry) => entry.high).filter((value) => value !== null));
    return new TimeChart(holder.children[position], {
      label: `${words[0].toUpperCase()}${words.slice(1)} since the start of the war`, dates: losses.weeks,
      domain: [0, top * 1.05], format: shortNumber,
      legend: [html("li", {}, html("strong", {}, `${words[0].toUpperCase()}${words.slice(1)}`)), ...sides.map((side, n) => sideKeyPlain(side.name, n + 1))],
      names: sides.map((side, n) => ({ text: side.name, values: series[n].median, look: `side-${n + 1}` })),
      read: (k) => sides.map((side, n) => `${side.name} ${spread(series[n], k, whole)}`).join(", "),
      layers(chart) {
        series.forEach((entry, n) => chart.band(entry, `side-${n + 1}`));
        series.forEach((entry, n) => chart.line(entry.median, `side-${n + 1}`));
      },
    });
  });
}
