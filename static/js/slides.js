// One slide a screen: arrows, space and page keys turn; the number stays in the address.
const slides = [...document.querySelectorAll("[data-slides] > .slide")];
// A form that was refused opens where it stands; else the address says.
const opens = slides.findIndex((s) => s.hasAttribute("data-opens"));
let at = Math.max(0, opens >= 0 ? opens : slides.findIndex((s) => `#${s.id}` === location.hash));

function show(index) {
  at = Math.min(Math.max(index, 0), slides.length - 1);
  slides.forEach((slide, i) => slide.classList.toggle("on", i === at));
  if (slides[at]?.id) history.replaceState(null, "", `#${slides[at].id}`);
}

function turn(step) {
  const link = slides[at]?.querySelector(`a[data-turn="${step}"]`);
  if (link) location.assign(link.href);
  else show(at + step);
}

// The minutes: N writes a decision, Esc leaves the form, and only the fields of its kind are there.
const form = document.querySelector("form[data-decide]");

function write() {
  show(slides.indexOf(form.closest(".slide")));
  form.querySelector("[name=text]").focus();
}

function fit() {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind;
}

if (form) {
  form.addEventListener("change", fit);
  fit();
  form.querySelector("[aria-invalid]")?.focus();
}

const STEPS = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement?.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (event.key === " " && event.target.closest("a, button")) return;
  if (event.key === "Home") show(0);
  else if (event.key === "End") show(slides.length - 1);
  else if (form && event.key.toLowerCase() === "n") write();
  else if (STEPS[event.key]) turn(STEPS[event.key]);
  else return;
  event.preventDefault();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-turn]");
  if (button) turn(Number(button.dataset.turn));
});
addEventListener("hashchange", () => {
  const index = slides.findIndex((s) => `#${s.id}` === location.hash);
  if (index >= 0) show(index);
});
if (slides.length) show(at);
