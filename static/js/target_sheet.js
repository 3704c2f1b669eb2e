// The sheet of targets: arrow keys between cells, a block pasted from a spreadsheet, live sums, changed cells marked.
// Without script it is a plain form; the server checks and keeps everything either way.
const form = document.querySelector("form[data-sheet]");
const rows = form ? [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input[data-col]")]).filter((row) => row.length) : [];
const cells = rows.flat();
const place = new Map(rows.flatMap((row, y) => row.map((cell, x) => [cell, { x, y }])));

const clean = (text) => text.trim().replaceAll(",", "").replaceAll("，", "");
const amount = (text) => { const value = Number(clean(text) || 0); return Number.isFinite(value) ? value : 0; };
const same = (a, b) => a.trim() === b.trim() || (/\d/.test(a) && clean(a) !== "" && Number(clean(a)) === Number(clean(b)));
const shown = (value) => (value < 0 ? "\u2212" : "") + Math.abs(Math.round(value * 100) / 100).toLocaleString("en");

function sum(column) {
  const total = cells.filter((cell) => cell.dataset.col === column).reduce((whole, cell) => whole + amount(cell.value), 0);
  return total + Number(form.querySelector(`[data-sum="${column}"]`).dataset.hidden || 0);
}

function tell() {
  for (const box of form.querySelectorAll("[data-sum]")) {
    const column = box.dataset.sum;
    const total = sum(column);
    const wanted = form.querySelector(`[data-total="${column}"]`);
    const gap = total - amount(wanted.value);
    box.textContent = shown(total);
    const told = form.querySelector(`[data-gap="${column}"]`);
    told.textContent = gap === 0 ? (total ? told.dataset.even : "") : (gap > 0 ? told.dataset.over : told.dataset.under).replace("0", shown(Math.abs(gap)));
    told.classList.toggle("bad-t", gap !== 0);
    told.classList.toggle("good-t", gap === 0);
  }
  const changed = cells.filter((cell) => !same(cell.value, cell.dataset.was));
  for (const cell of cells) {
    cell.classList.toggle("changed", changed.includes(cell));
    cell.classList.toggle("exempt", /^[^\d\s,.+-]/.test(cell.value.trim()));
    cell.title = cell.value.length > 9 ? cell.value : "";
  }
  const count = form.querySelector("[data-changed]");
  count.textContent = changed.length ? count.dataset.some.replace("0", changed.length) : count.dataset.none;
  return changed.length;
}

function go(cell, dx, dy) {
  const at = place.get(cell);
  const next = rows[at.y + dy]?.[at.x + dx];
  if (!next) return false;
  next.focus();
  next.select();
  return true;
}

function onKey(event) {
  const cell = event.target;
  if (!place.has(cell) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const { selectionStart: start, selectionEnd: end, value } = cell;
  const whole = start === 0 && end === value.length;
  const moves = {
    ArrowUp: () => go(cell, 0, -1),
    ArrowDown: () => go(cell, 0, 1),
    Enter: () => go(cell, 0, event.shiftKey ? -1 : 1) || true,
    ArrowLeft: () => (whole || end === 0) && go(cell, -1, 0),
    ArrowRight: () => (whole || start === value.length) && go(cell, 1, 0),
    Escape: () => { cell.value = cell.dataset.was; tell(); cell.select(); return true; },
  };
  if (moves[event.key]?.()) event.preventDefault();
}

function onPaste(event) {
  const cell = event.target;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!place.has(cell) || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const block = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  const at = place.get(cell);
  let put = 0;
  let lost = 0;
  block.forEach((line, dy) => line.forEach((piece, dx) => {
    const target = rows[at.y + dy]?.[at.x + dx];
    if (target) { target.value = piece.trim(); put += 1; } else if (piece.trim()) lost += 1;
  }));
  tell();
  const told = form.querySelector("[data-pasted]");
  told.textContent = told.dataset.put.replace("0", put) + (lost ? told.dataset.lost.replace("0", lost) : "");
  told.classList.toggle("bad-t", lost > 0);
}

// The totals live in the address, so that saving, sharing and coming back keep them.
function keepTotals() {
  const address = new URL(location.href);
  for (const box of form.querySelectorAll("[data-total]")) {
    const name = `total-${box.dataset.total}`;
    if (box.value.trim() && box.value !== box.defaultValue) address.searchParams.set(name, clean(box.value));
    else if (!box.value.trim()) address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
}

if (form && cells.length) {
  let sending = false;
  form.addEventListener("keydown", onKey);
  form.addEventListener("paste", onPaste);
  form.addEventListener("focusin", (event) => { if (place.has(event.target)) event.target.select(); });
  form.addEventListener("input", (event) => { tell(); if (event.target.dataset.total) keepTotals(); });
  form.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; tell(); });
  addEventListener("beforeunload", (event) => { if (!sending && tell()) event.preventDefault(); });
  tell();
}
