// The entry of a slip: look up the household, keep the draft at every key, send once, keep what can't be sent yet.
import { bind, retry, show } from "./offline.js";
import { drop, keep, send } from "./outbox.js";

const form = document.getElementById("slip");
const $ = (selector) => form.querySelector(selector);
const field = (name) => form.elements[name];
const button = document.querySelector("[data-send]");
const { api, search, list, user } = form.dataset;
const DRAFT = `slip-draft-${user}`;
const names = Object.fromEntries([...form.querySelectorAll("[data-name]")].map((box) => [box.value, box.dataset.name]));
let home = null;
let busy = false;

const newUuid = () => crypto.randomUUID?.() || "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
const words = () => ({
  client_uuid: field("client_uuid").value,
  household_code: field("household_code").value,
  typed_address: home ? "" : field("typed_address").value.trim(),
  products: [...form.querySelectorAll("[name=products]:checked")].map((box) => box.value),
  contact_name: field("contact_name").value.trim(),
  contact_phone: field("contact_phone").value.replace(/\s/g, ""),
  source: field("source").value,
  campaign_code: field("campaign_code").value,
  has_consent: field("has_consent").checked,
  acknowledged: field("acknowledged").checked,
  notes: field("notes").value.trim(),
});

function saveDraft() {
  localStorage.setItem(DRAFT, JSON.stringify({ ...words(), home }));
  const label = document.querySelector("[data-saved]");
  label.textContent = `${label.dataset.word} ${new Date().toTimeString().slice(0, 5)}`;
}

function loadDraft() {
  const draft = JSON.parse(localStorage.getItem(DRAFT) || "null");
  if (!draft) return;
  for (const name of ["client_uuid", "typed_address", "contact_name", "contact_phone", "source", "campaign_code", "notes"]) field(name).value = draft[name] || field(name).value;
  for (const box of form.querySelectorAll("[name=products]")) box.checked = draft.products.includes(box.value);
  field("has_consent").checked = draft.has_consent;
  if (draft.home) pick(draft.home);
}

function pick(found) {
  home = found;
  field("household_code").value = found?.code || "";
  $("[data-home]").hidden = !found;
  $("[data-find-home]").hidden = Boolean(found);
  $("[data-results]").replaceChildren();
  document.getElementById("home-q").value = "";
  if (!found) return;
  $("[data-address]").textContent = found.address;
  $("[data-place]").textContent = found.place;
  $("[data-lines]").replaceChildren(...found.lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = `${names[line.product] || line.product} ${line.since}`;
    return item;
  }));
  field("contact_name").value ||= found.contact_name;
  field("contact_phone").value ||= found.contact_phone;
}

let typing = 0;
let asked = 0;
const query = document.getElementById("home-q");
const ask = () => {
  clearTimeout(typing);
  typing = setTimeout(() => lookUp(query.value.trim()), 250);
};
query.addEventListener("input", ask);
if (query.value) ask(); // typed while this script was still on its way

async function lookUp(text) {
  const mine = ++asked;
  const results = $("[data-results]");
  if (text.length < 2) return results.replaceChildren();
  const answer = await fetch(`${search}?q=${encodeURIComponent(text)}`, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") $("[data-login]").hidden = false;
  if (!answer?.ok || mine !== asked) return;
  const { households } = await answer.json();
  results.replaceChildren(...households.map((found) => {
    const item = document.createElement("li");
    const choice = document.createElement("button");
    choice.type = "button";
    choice.className = "link-b grow";
    choice.textContent = `${found.address} ${found.contact_name}`;
    choice.addEventListener("click", () => { pick(found); saveDraft(); });
    item.append(choice);
    return item;
  }));
}

function complain(name, message) {
  const place = $(`[data-error="${name}"]`) || $('[data-error="other"]');
  place.textContent = message;
  place.hidden = false;
  place.closest(".field")?.classList.add("err");
  place.scrollIntoView({ block: "center" });
}

function forgive() {
  for (const place of form.querySelectorAll("[data-error]")) place.hidden = true;
  for (const box of form.querySelectorAll(".err")) box.classList.remove("err");
  for (const name of ["[data-similar]", "[data-receipt]", "[data-stored]", "[data-login]"]) $(name).hidden = true;
}

function startAnew() {
  localStorage.removeItem(DRAFT);
  form.reset();
  field("client_uuid").value = newUuid();
  pick(null);
  document.querySelector("[data-saved]").textContent = "";
  scrollTo(0, 0);
}

// Without a line the phone looks at what the server would decline, in the same words.
function lacking(slip) {
  const digits = slip.contact_phone.replace(/\D/g, "").length;
  if (!slip.household_code && !slip.typed_address) return "household_code";
  if (!slip.products.length) return "products";
  if (!slip.contact_name) return "contact_name";
  if (digits < 10 || digits > 13) return "contact_phone";
  return slip.has_consent ? "" : "has_consent";
}

async function submit() {
  const slip = words();
  const kept = { ...slip, user, address: home?.address };
  const { status, body } = navigator.onLine ? await send(api, slip) : { status: 0, body: {} };
  if (status === 200 || status === 201) {
    await drop(slip.client_uuid);
    startAnew();
    $("[data-number]").textContent = body.number;
    $("[data-track]").href = `${list}${body.number}/`;
    $("[data-receipt]").hidden = false;
  } else if (status === 409 && body.error === "similar") {
    $("[data-similar-text]").textContent = body.message;
    $("[data-similar-link]").href = `${list}${body.number}/`;
    $("[data-similar]").hidden = false;
    $("[data-similar]").scrollIntoView({ block: "center" });
  } else if (status === 409 || status === 422 || status === 400) {
    complain(body.field || "other", body.message || "");
  } else {
    const name = lacking(slip);
    if (name) return complain(name, $(`[data-error="${name}"]`).dataset.word);
    await keep(kept);
    startAnew();
    $(status === 401 ? "[data-login]" : "[data-stored]").hidden = false;
    if (status !== 401) setTimeout(() => retry(api, user), 5000);
  }
  await show();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = button.disabled = true;
  forgive();
  try { await submit(); } finally { busy = button.disabled = false; }
});
form.addEventListener("input", saveDraft);
// What is mended is no longer complained about.
form.addEventListener("input", ({ target }) => {
  const place = $(`[data-error="${target.name}"]`);
  if (place) place.hidden = true;
  target.closest(".field")?.classList.remove("err");
});
$("[data-change]").addEventListener("click", () => { pick(null); document.getElementById("home-q").focus(); });

const word = button.textContent;
const label = () => { button.textContent = navigator.onLine ? word : button.dataset.offlineWord; };
addEventListener("online", label);
addEventListener("offline", label);
label();
if (!form.querySelector("[data-error]:not([hidden])") && $("[data-similar]").hidden) loadDraft();
bind(api, user, (slip, status, body) => {
  if (status !== 200 && status !== 201) return;
  $("[data-number]").textContent = body.number;
  $("[data-track]").href = `${list}${body.number}/`;
  $("[data-stored]").hidden = true;
  $("[data-receipt]").hidden = false;
});
