// At the counter a household is known by an address, a phone, a name or pinyin initials, seldom by its code: what is
// typed into the field of the code is looked for, and the one that is chosen leaves its code there.
import { make } from "./make.js";

const SHORTEST = 2;
const PAUSE = 250;
let asked = 0;
let typing = 0;
let isLate = false; // the list is of less than what stands in the field
let isWanted = false; // Enter came before the list

const partsOf = (field) => {
  const box = field.closest("[data-home-field]");
  return { list: box.querySelector("[data-homes]"), told: box.querySelector("[data-home-told]") };
};
const named = (home) => `${home.address} ${home.contact_name}`;

function choose(field, home) {
  const { list, told } = partsOf(field);
  list.replaceChildren();
  told.textContent = `${named(home)} · ${home.place}`;
  field.value = home.code;
  field.focus();
}

function offer(field, homes) {
  const { list, told } = partsOf(field);
  told.textContent = homes.length ? "" : told.dataset.none;
  list.replaceChildren(...homes.map((home) => {
    const choice = make("button", { type: "button" }, make("b", { textContent: named(home) }), make("small", { textContent: [home.code, home.contact_phone].filter(Boolean).join(" · ") }));
    choice.addEventListener("click", () => choose(field, home));
    return make("li", {}, choice);
  }));
}

async function look(field) {
  const mine = ++asked;
  const text = field.value.trim();
  const { list, told } = partsOf(field);
  const answer = text.length < SHORTEST ? null : await fetch(`${field.dataset.address}?q=${encodeURIComponent(text)}`).catch(() => null);
  const found = answer?.ok && !answer.redirected ? await answer.json() : null;
  if (mine !== asked) return;
  const isTaken = isWanted;
  isLate = isWanted = false;
  if (!found) {
    list.replaceChildren();
    told.textContent = "";
    return;
  }
  const exact = found.households.find((home) => home.code === text.toUpperCase());
  if (exact) choose(field, exact);
  else offer(field, found.households);
  if (isTaken) list.querySelector("button")?.click();
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-find-home]")) return;
  clearTimeout(typing);
  typing = setTimeout(look, PAUSE, target);
  asked += 1; // what is on its way answers less than what stands here
  isLate = true;
  isWanted = false;
});

// ↓ goes from the field into the list, ↑ back; Enter in the field takes the first, waits for it, and never sends half a search.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-home-field]");
  if (!box || event.ctrlKey || event.metaKey) return;
  const places = [box.querySelector("[data-find-home]"), ...box.querySelectorAll("[data-homes] button")];
  const at = places.indexOf(event.target);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && places[at + step]) places[at + step].focus();
  else if (event.key === "Enter" && at === 0 && isLate) isWanted = true;
  else if (event.key === "Enter" && at === 0 && places.length > 1) places[1].click();
  else return;
  event.preventDefault();
  event.stopPropagation(); // the queue has its own arrows
}, true);
