// One slide a screen: arrows, space and page keys turn; the number stays in the address.
const slides = [...document.querySelectorAll("[data-slides] > .slide")];
let at = Math.max(0, slides.findIndex((s) => `#${s.id}` === location.hash));

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

const STEPS = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (event.key === " " && event.target.closest("a, button")) return;
  if (event.key === "Home") show(0);
  else if (event.key === "End") show(slides.length - 1);
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
