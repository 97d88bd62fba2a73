// Making SVG, numbers and dates for people, and where ticks go.

const SPACE = "\u00a0";
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];

function make(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function html(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function time(iso) {
  return Date.parse(`${iso}T00:00:00Z`);
}

function longDay(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day}${SPACE}${MONTHS[month - 1]}${SPACE}${year}`;
}

function percent(share) {
  if (share === null || share === undefined) return "–";
  const size = Math.abs(share) * 100;
  const shown = (size < 9.95 ? size.toFixed(1) : size.toFixed(0)).replace(/\.0$/, "");
  return `${share < 0 && shown !== "0" ? "−" : ""}${shown}${SPACE}%`;
}

function whole(value) {
  if (value === null || value === undefined) return "–";
  const shown = Math.abs(Math.round(value)).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < -0.5 ? "−" : ""}${shown}`;
}

function shortNumber(value) {
  if (Math.abs(value) >= 1e6) return `${+(value / 1e6).toPrecision(3)}${SPACE}m`;
  return whole(value);
}

function spread(series, position, words) {
  const low = series.low[position];
  const high = series.high[position];
  const middle = words(series.median[position]);
  return low === null || high === null ? middle : `${middle} (${words(low)} to ${words(high)})`;
}

function scale([from, to], [start, end]) {
  const factor = to === from ? 0 : (end - start) / (to - from);
  return (value) => start + (value - from) * factor;
}

// Round steps (1, 2 or 5 times a power of ten), about `count` of them.
function ticks(from, to, count) {
  const raw = (to - from) / Math.max(count, 1) || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
  const found = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k += 1) {
    found.push(+(k * step).toPrecision(12));
  }
  return found;
}

// First days of months, quarters or years, as many as fit `width`, each with a short label.
function dateTicks(from, to, width) {
  const months = (to - from) / 2.63e9;
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((m) => months / m <= width / (m < 12 ? 62 : 40)) ?? 240;
  const found = [];
  const start = new Date(from);
  for (let k = start.getUTCFullYear() * 12; ; k += 1) {
    const at = Date.UTC(Math.floor(k / 12), k % 12, 1);
    if (at > to) break;
    if (at < from || k % step !== 0) continue;
    const month = k % 12;
    const year = Math.floor(k / 12);
    const name = step >= 12 ? `${year}` : `${MONTHS[month].slice(0, 3)}${month === 0 || !found.length ? ` ${year}` : ""}`;
    found.push({ at, name });
  }
  return found;
}

// Runs of positions where the series has a value.
function runs(values) {
  const found = [];
  values.forEach((value, k) => {
    if (value === null) return;
    const last = found[found.length - 1];
    if (last && last[last.length - 1] === k - 1) last.push(k);
    else found.push([k]);
  });
  return found;
}

function linePath(values, x, y) {
  return runs(values).map((run) => run.map((k, n) =>
    `${n ? "L" : "M"}${x(k).toFixed(1)},${y(values[k]).toFixed(1)}`).join("")).join("");
}

function bandPath(low, high, x, y) {
  const both = low.map((value, k) => (value === null || high[k] === null ? null : value));
  return runs(both).map((run) => {
    const over = run.map((k) => `${x(k).toFixed(1)},${y(high[k]).toFixed(1)}`);
    const under = [...run].reverse().map((k) => `${x(k).toFixed(1)},${y(low[k]).toFixed(1)}`);
    return `M${over.join("L")}L${under.join("L")}Z`;
  }).join("");
}
