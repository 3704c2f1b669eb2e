// The sheet of a scheme: what is typed is checked by the server, and rows are added, moved and taken away in place.
// Without script the same buttons send the page, and saving checks.
const form = document.getElementById("scheme-form");
const reads = JSON.parse(form.dataset.measures);
let waiting, asked;

// Each element of the answer takes the place of the one with its id.
async function ask(op, part) {
  clearTimeout(waiting);
  asked?.abort();
  asked = new AbortController();
  const data = new FormData(form);
  data.set("op", op);
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Part": part }, signal: asked.signal });
    if (!answer.ok) return form.requestSubmit();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const fresh of [...page.querySelectorAll("[id]")]) {
      const old = document.getElementById(fresh.id);
      if (old && old !== form && fresh.id !== form.id) old.replaceWith(fresh);
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 300, "check", "check");
});

// Only the boxes that a measure reads are shown.
form.addEventListener("change", ({ target }) => {
  const row = target.closest(".ind");
  if (!row) return;
  if (target.name.endsWith("-measure")) row.dataset.reads = reads[target.value];
  if (target.name.endsWith("-item_class")) row.dataset.class = target.value;
});

form.addEventListener("submit", async (event) => {
  const op = event.submitter?.value || "save";
  if (op === "save" || op === "copy") return clearTimeout(waiting);
  event.preventDefault();
  await ask(op, "sheet");
  const rows = form.querySelectorAll(".ind");
  const [step, place] = op.split("-");
  const at = step === "add" ? rows.length - 1 : Number(place) + ({ up: -1, down: 1 }[step] ?? 0);
  (rows[at] ?? rows[rows.length - 1])?.querySelector(step === "add" ? "[name$=-name]" : "button")?.focus();
});

// One list of products at a time, and none after a click elsewhere.
document.addEventListener("click", ({ target }) => {
  for (const open of form.querySelectorAll(".products details[open]")) if (!open.contains(target)) open.open = false;
});
