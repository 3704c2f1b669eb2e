// Finding the household on the slip: what is typed, what was used lately, and what to know of it before selling.
import { byCode, hasHomes, placeName, productName, recent, search, searchThere, stateName, used } from "./homes.js";
import { make } from "./make.js";

const SHORTEST = 2;

export function bindHomes(form, user, changed) {
  const $ = (selector) => form.querySelector(selector);
  const query = document.getElementById("home-q");
  const results = $("[data-results]");
  const { copy } = document.querySelector("[data-phone]").dataset;
  let home = null;
  let asked = 0;
  let typing = 0;

  function choices(homes) {
    results.replaceChildren(...homes.map((found) => {
      const choice = make("button", { type: "button", className: "link-b grow" }, make("b", { textContent: `${found.address} ${found.contact_name}` }), make("small", { textContent: [placeName(found), found.contact_phone].filter(Boolean).join(" · ") }));
      choice.addEventListener("click", () => { pick(found); used(user, found.code).catch(() => {}); changed(); });
      return make("li", {}, choice);
    }));
  }

  async function lookUp(text) {
    const mine = ++asked;
    const isQuery = text.length >= SHORTEST;
    let found = isQuery ? search(text) : await recent(user).catch(() => []);
    if (isQuery && !found.length && navigator.onLine && !hasHomes()) {
      const there = await searchThere(copy, user, text);
      if (there.isLogin) document.querySelector("[data-login]").hidden = false;
      found = there.homes;
    }
    if (mine !== asked) return;
    choices(found);
    $("[data-recent]").hidden = isQuery || !found.length;
    $("[data-none]").hidden = !isQuery || found.length > 0;
  }

  // What it has, what it may want, and what is open with it: before anything is offered.
  function tell(found) {
    $("[data-address]").textContent = found.address;
    $("[data-place]").textContent = [placeName(found), found.contact_phone].filter(Boolean).join(" · ");
    $("[data-lines]").replaceChildren(...found.lines.map(([product, year]) => make("li", { textContent: `${productName(product)} ${year}` })));
    $("[data-no-lines]").hidden = found.lines.length > 0;
    const boxes = Object.fromEntries([...form.querySelectorAll("[name=products]")].map((box) => [box.value, box]));
    const offers = found.offers.filter((product) => boxes[product]);
    $("[data-offers]").replaceChildren(...offers.map((product) => {
      const offer = make("button", { type: "button", className: "btn", textContent: `+ ${productName(product)}` });
      offer.addEventListener("click", () => { boxes[product].checked = true; boxes[product].dispatchEvent(new Event("input", { bubbles: true })); });
      return make("li", {}, offer);
    }));
    $("[data-wants]").hidden = !offers.length;
    $("[data-open-list]").replaceChildren(...found.open.map(opened));
    $("[data-open]").hidden = !found.open.length;
    const counts = ["complaint", "fault"].map((kind) => [form.dataset[kind], found.open.filter((one) => one[0] === kind).length]);
    $("[data-unsettled] span").textContent = counts.filter(([, many]) => many).map((pair) => pair.join(" ")).join(" · ");
    $("[data-unsettled]").hidden = !counts.some(([, many]) => many);
    $("[data-pending]").hidden = !$("[data-unsettled]").hidden;
    $("a[data-report]").href = form.dataset.report.replace("CODE", encodeURIComponent(found.code));
  }

  function opened([kind, text, ...rest]) {
    if (kind === "slip") return make("li", {}, make("a", { href: `${form.dataset.list}${text}/`, textContent: text }), ` ${stateName(rest[0])} · ${rest[1].map(productName).join(" · ")}`);
    return make("li", {}, `${form.dataset[kind] || ""} · ${text} `, make("span", { className: "whole", textContent: rest.join(" ") }));
  }

  // The copy knows what has become of a household since a draft was written.
  const newest = (known) => known && (byCode(known.code) || known);

  function pick(chosen) {
    const found = home = newest(chosen);
    form.elements.household_code.value = found?.code || "";
    $("[data-home]").hidden = !found;
    $("[data-find-home]").hidden = Boolean(found);
    query.value = "";
    $("[data-none]").hidden = true;
    if (!found) return lookUp("");
    results.replaceChildren();
    tell(found);
    form.elements.contact_name.value ||= found.contact_name;
    form.elements.contact_phone.value ||= found.contact_phone;
  }

  query.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => lookUp(query.value.trim()), hasHomes() ? 60 : 250);
  });
  query.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  $("[data-change]").addEventListener("click", () => {
    for (const name of ["contact_name", "contact_phone"]) if (form.elements[name].value === home?.[name]) form.elements[name].value = "";
    pick(null);
    changed();
    query.focus();
  });
  document.addEventListener("copied", () => {
    if (home) tell(home = newest(home));
    else lookUp(query.value.trim());
  });
  lookUp(query.value.trim()); // perhaps typed while this script was still on its way

  return {
    pick,
    home: () => home,
    code: () => form.elements.household_code.value,
    address: () => home?.address || "",
    // From the card of a household: the copy knows it, or the server does.
    async open(code) {
      if (!code) return;
      const found = byCode(code) || (await searchThere(copy, user, code)).homes.find((other) => other.code === code);
      if (found) { pick(found); changed(); }
    },
  };
}
