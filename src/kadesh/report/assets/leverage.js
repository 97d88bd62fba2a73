// Leverage over time: shares, the range between the floors, and what stands in the way.

function drawLeverage(data) {
  const { leverage, sides } = data;
  if (!leverage || !document.getElementById("chart-share")) return [];
  const possible = leverage.deal_probability.map((p) => p !== null && p >= 0.5);
  const notional = possible.map((deal) => !deal);
  const quarters = [0, 0.25, 0.5, 0.75, 1];
  const state = (k) => (possible[k] ? "" : " Notional: no deal was possible.");
  const hatched = key("no deal was possible (notional)", make("path", { class: "gap", d: "M0,0H26V12H0Z" }),
    make("path", { class: "line middle notional", d: "M0,6H26" }));
  const floorOf = (side) => leverage.floor[side.id];
  const grant = (values) => values.map((value) => (value === null ? null : 1 - value));

  const share = new TimeChart(document.getElementById("chart-share"), {
    label: "Share of the stake that each side would get, over time",
    dates: leverage.dates, domain: [0, 1], ticks: quarters, format: percent,
    legend: [...sides.map((side, n) => sideKey(side, n + 1)), ...(notional.some(Boolean) ? [hatched] : [])],
    names: sides.map((side, n) => ({ text: side.name, values: leverage.share[side.id].median, look: `side-${n + 1}` })),
    read: (k) => `${sides.map((side) => `${side.name} ${spread(leverage.share[side.id], k, percent)}`).join(", ")}.${state(k)}`,
    layers(chart) {
      const [solid, dashed] = [chart.clip(possible), chart.clip(notional)];
      chart.add("rect", { class: "impossible", x: chart.box.left, width: chart.box.right - chart.box.left,
        y: chart.box.top, height: chart.box.bottom - chart.box.top, "clip-path": dashed });
      sides.forEach((side, n) => chart.band(leverage.share[side.id], `side-${n + 1}`));
      sides.forEach((side, n) => {
        const { median } = leverage.share[side.id];
        chart.line(median, `side-${n + 1}`, solid);
        chart.line(median, `side-${n + 1} notional`, dashed);
        chart.dots(median, `side-${n + 1}`, n === 1);
      });
      sayNotional(chart, notional);
    },
  });

  const [first, second] = sides;
  const low = floorOf(first).median;
  const high = grant(floorOf(second).median);
  const extremes = [...low, ...high].filter((value) => value !== null);
  const domain = [Math.min(0, ...extremes), Math.max(1, ...extremes)];
  const range = new TimeChart(document.getElementById("chart-range"), {
    label: `Settlement range between what each would take, as the share of ${first.name}`,
    dates: leverage.dates, domain, format: percent, right: (value) => percent(1 - value),
    ticks: domain[0] === 0 && domain[1] === 1 ? quarters : undefined,
    legend: [
      key(`least for ${first.name} (left scale: its share)`, make("path", { class: "line side-1", d: "M0,6H26" })),
      key(`least for ${second.name} (right scale: its share)`, make("path", { class: "line side-2", d: "M0,6H26" })),
      key("range with a deal", make("path", { class: "range", d: "M0,0H26V12H0Z" })),
      key("no deal", make("path", { class: "gap", d: "M0,0H26V12H0Z" })),
      key("settlement, dashed where notional", make("path", { class: "line middle", d: "M0,6H26" })),
      key(`at bargaining power ${Object.keys(leverage.bargaining_power).sort().join(" and ")}`,
        make("path", { class: "line power", d: "M0,6H26" })),
    ],
    read: (k) => `Least for ${first.name} ${spread(floorOf(first), k, percent)}, for ${second.name} `
      + `${spread(floorOf(second), k, percent)}, width of the range ${spread(leverage.width, k, percent)}.${state(k)}`,
    layers(chart) {
      const [solid, dashed] = [chart.clip(possible), chart.clip(notional)];
      chart.add("path", { class: "range", d: bandPath(low, high, chart.x, chart.y), "clip-path": solid });
      chart.add("path", { class: "gap", d: bandPath(low, high, chart.x, chart.y), "clip-path": dashed });
      for (const power of Object.keys(leverage.bargaining_power).sort()) chart.line(leverage.bargaining_power[power], "power");
      chart.line(low, "side-1");
      chart.line(high, "side-2");
      chart.line(leverage.share[first.id].median, "middle", solid);
      chart.line(leverage.share[first.id].median, "middle notional", dashed);
    },
  });
  return [share, range, new Obstacles(document.getElementById("chart-blocking"), data)];
}

// The words themselves on the longest hatched stretch that has room for them.
function sayNotional(chart, notional) {
  const spans = runs(notional.map((holds) => (holds ? 1 : null)))
    .map((run) => [chart.cell(run[0])[0], chart.cell(run[run.length - 1])[1]])
    .sort((a, b) => (b[1] - b[0]) - (a[1] - a[0]));
  if (!spans.length) return;
  const [from, to] = spans[0];
  const words = to - from > 260 ? "notional: no deal was possible" : to - from > 70 ? "notional" : "";
  if (!words) return;
  const text = make("text", { class: "said", x: (from + to) / 2, y: chart.box.bottom - 8, "text-anchor": "middle" }, words);
  chart.svg.append(text);
}

// Rows of cells over dates: probabilities as darkness, the channel as pattern.
class Obstacles {
  constructor(holder, { leverage, frictions }) {
    this.holder = holder;
    this.leverage = leverage;
    const without = (id) => leverage.dates.map((_, k) => Math.min(1, leverage.blocking[k]
      .filter((entry) => entry.frictions.includes(id)).reduce((sum, entry) => sum + entry.probability, 0)));
    this.rows = [
      { name: "A range exists", values: leverage.range_exists_probability, look: "good" },
      { name: "A deal is possible", values: leverage.deal_probability, look: "good" },
      { name: "Talks" },
      ...frictions.map(({ id, name }) => ({ name: `In the way: ${name}`, values: without(id), look: "heat" })),
    ];
    const heat = (look) => [0.25, 0.5, 1].map((p, n) => make("rect", { class: `cell ${look}`, x: n * 9, width: 9, height: 12, "fill-opacity": p }));
    this.legend = html("ul", { class: "legend" }, key("stronger colour: more probable", ...heat("good")),
      key("stronger colour: more often in the way", ...heat("heat")),
      key("direct talks", make("rect", { class: "cell talks", width: 26, height: 12 })),
      key("indirect talks", make("rect", { class: "cell indirect", width: 26, height: 12 })),
      key("no talks", make("rect", { class: "cell frame", width: 26, height: 12 })));
    this.draw();
  }

  draw(width = Math.max(this.holder.clientWidth, 240)) {
    const narrow = width < 620;
    const [tall, gap, left] = [18, narrow ? 22 : 6, narrow ? 0 : 262];
    const height = this.rows.length * (tall + gap) + 30;
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": "What stands in the way of a deal, by date; the table below has the figures" });
    const times = this.leverage.dates.map(time);
    const along = scale([times[0], times[times.length - 1]], [left + 6, width - 10]);
    const edge = (k) => (k <= 0 ? along(times[0]) - 4 : k >= times.length ? along(times[times.length - 1]) + 4
      : (along(times[k - 1]) + along(times[k])) / 2);
    this.rows.forEach((row, n) => {
      const y = n * (tall + gap) + (narrow ? gap - 4 : 0);
      svg.append(make("text", narrow ? { x: 2, y: y - 5 } : { x: left - 4, y: y + 13, "text-anchor": "end" }, row.name));
      times.forEach((_, k) => svg.append(this.cell(row, k, edge(k), edge(k + 1), y, tall)));
      svg.append(make("rect", { class: "cell frame", x: edge(0), width: edge(times.length) - edge(0), y, height: tall }));
    });
    for (const { at, name } of dateTicks(times[0], times[times.length - 1], width - left)) {
      svg.append(make("text", { x: along(at), y: height - 8, "text-anchor": "middle" }, name));
    }
    this.holder.replaceChildren(this.legend, svg);
  }

  cell(row, k, from, to, y, height) {
    const box = { x: from, width: to - from, y, height };
    const when = longDay(this.leverage.dates[k]);
    if (!row.values) {
      const channel = this.leverage.channel[k];
      const look = channel === "none" ? "frame" : channel.includes("indirect") ? "indirect" : "talks";
      return make("rect", { class: `cell ${look}`, ...box }, make("title", {}, `${when}: ${channel === "none" ? "no talks" : channel}`));
    }
    const value = row.values[k];
    return make("rect", { class: `cell ${row.look}`, "fill-opacity": value ?? 0, ...box },
      make("title", {}, `${when}: ${row.name.toLowerCase()}: ${percent(value)}`));
  }
}
