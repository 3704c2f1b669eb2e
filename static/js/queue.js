// The hall queue by keyboard: ↑↓ chooses, Enter receives, B returns, Z transfers, N adds an order, Ctrl+Enter accepts.
import { addOrder } from "./orders.js";
import { follow, showNew } from "./queue_live.js";

const panel = document.getElementById("slip-panel");
const list = document.querySelector("[data-queue]");
const rows = () => [...list.querySelectorAll("[data-slip]")];
let chosen = list.querySelector("[aria-selected=true]")?.dataset.slip;

// A refused step answers under its own address: a reload or a query from there belongs to the queue.
if (location.pathname !== list.dataset.address) history.replaceState(null, "", `${list.dataset.address}?slip=${chosen || ""}`);

function mark() {
  for (const row of rows()) {
    if (row.dataset.slip === chosen) row.setAttribute("aria-selected", "true");
    else row.removeAttribute("aria-selected");
  }
}

function choose(row) {
  if (!row || (row.dataset.slip === chosen && !panel.inert)) return;
  chosen = row.dataset.slip;
  mark();
  row.scrollIntoView({ block: "nearest" });
  history.replaceState(null, "", row.querySelector("a").href);
  load();
}

// While the next slip is on its way nothing is done to the one before: a key may be quicker than the line.
function load() {
  panel.inert = true;
  window.htmx.ajax("GET", list.dataset.panel.replace("__NO__", encodeURIComponent(chosen)), { target: "#slip-panel" });
}

const isShown = () => panel.querySelector("[data-number]")?.dataset.number === chosen;
const isBusy = () => Boolean(document.querySelector("dialog[open]")) || panel.contains(document.activeElement) || isTyped();
const isTyped = () => [...panel.querySelectorAll("[name=order_no]")].some((field) => field.value);

function step(by) {
  const all = rows();
  choose(all[Math.max(0, Math.min(all.length - 1, all.findIndex((row) => row.dataset.slip === chosen) + by))]);
}

// The other slip is asked for only when this one is its duplicate.
function askFirst(dialog) {
  const first = dialog.querySelector("[data-first]");
  if (first) first.hidden = dialog.querySelector("[name=outcome]").value !== "duplicate";
}

document.addEventListener("change", ({ target }) => {
  if (target.name === "outcome") askFirst(target.closest("dialog"));
});

function open(id, outcome) {
  const dialog = document.getElementById(id);
  if (!dialog) return;
  if (outcome) dialog.querySelector("[name=outcome]").value = outcome;
  askFirst(dialog);
  dialog.showModal();
}

document.addEventListener("htmx:afterSwap", () => { panel.inert = panel.inert && !isShown(); });

const withSlip = (act) => () => { if (!panel.inert) act(); };
const accept = withSlip(() => document.getElementById("accept-form")?.requestSubmit());

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: withSlip(() => panel.querySelector("form[data-key=Enter]")?.requestSubmit()),
  b: withSlip(() => open("d-return")),
  z: withSlip(() => open("d-transfer")),
  n: withSlip(() => addOrder()),
  r: () => showNew(list),
  j: () => document.querySelector("[data-handover]")?.click(),
  "?": () => open("d-keys"),
};

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    accept();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  // A link or a button keeps its own Enter; the other keys go on working after a click.
  if (event.key === "Enter" && event.target.closest("button, a, summary")) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) open(opener.dataset.open, opener.dataset.outcome);
  if (event.target.closest("[data-shut]")) event.target.closest("dialog").close();
  const row = event.target.closest("[data-slip]");
  if (row) {
    if (event.target.closest("a")) event.preventDefault();
    choose(row);
  }
});

// The session ran out: never the login page inside the queue.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  const asked = new URL(pathInfo.requestPath, location.href).pathname;
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname === asked) return;
  event.detail.shouldSwap = false;
  location.reload();
});

follow(list, {
  mark,
  // A colleague took the chosen slip, or laid it back: the panel says so unless somebody works in it.
  changed: (number) => { if (number === chosen && !isBusy()) load(); },
  over: () => { if (!isBusy()) location.reload(); },
});
