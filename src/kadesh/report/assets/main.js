// Starts everything, draws again when the width changes, and prepares for paper.

const PAPER_WIDTH = 680;

function start() {
  document.documentElement.classList.remove("no-js");
  const data = JSON.parse(document.getElementById("data").textContent);
  followAnchors(filterClaims());
  openEvidence();
  copyButtons();
  const map = new ControlMap(data);
  const charts = [...drawLeverage(data), ...drawTotals(data, map), ...drawLosses(data)];
  let width = innerWidth;
  let waiting = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => charts.forEach((chart) => chart.draw()));
  });
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not(.long):not([open])")];
    for (const details of closed) details.open = true;
    for (const chart of charts) chart.draw(chart.holder.closest(".pair") ? PAPER_WIDTH / 2 : PAPER_WIDTH);
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    for (const chart of charts) chart.draw();
  });
}

start();
