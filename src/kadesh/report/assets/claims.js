// Filtering claims by verdict, opening evidence, copying citations.

function filterClaims() {
  const tiles = [...document.querySelectorAll(".tile")];
  const rows = [...document.querySelectorAll("[data-verdict]")];
  const shown = document.getElementById("shown");
  const total = document.querySelectorAll("article.claim").length;
  const apply = (verdict) => {
    for (const tile of tiles) tile.setAttribute("aria-pressed", String(tile.dataset.filter === verdict));
    for (const row of rows) row.hidden = verdict !== null && row.dataset.verdict !== verdict;
    const count = document.querySelectorAll("article.claim:not([hidden])").length;
    shown.textContent = verdict === null ? "" : `Showing ${count} of ${total} claims: ${verdict}.`;
    document.getElementById("show-all").hidden = verdict === null;
  };
  for (const tile of tiles) {
    tile.addEventListener("click", () => apply(tile.getAttribute("aria-pressed") === "true" ? null : tile.dataset.filter));
  }
  document.getElementById("show-all").addEventListener("click", () => apply(null));
  apply(null);
  return apply;
}

// A link to a claim must lead to it even if a filter hides it.
function followAnchors(showAll) {
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.matches("article.claim") || !target.hidden) return;
    showAll(null);
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
}

function openEvidence() {
  const button = document.getElementById("open-all");
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? "Close all evidence" : "Open all evidence";
    for (const details of document.querySelectorAll("details.evidence")) details.open = open;
  });
}

// The text is shown as well, selected, so that it can be taken where the clipboard is refused.
async function copyText(button) {
  const source = document.getElementById(button.dataset.copy);
  const status = button.parentElement.querySelector(".status");
  source.hidden = false;
  try {
    await navigator.clipboard.writeText(source.textContent);
    status.textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(source);
    status.textContent = "Selected: copy it with the keyboard.";
  }
}

function copyButtons() {
  for (const button of document.querySelectorAll("button.copy")) {
    button.addEventListener("click", () => copyText(button));
  }
}
