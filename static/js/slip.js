// The entry of a slip: find the household, keep the draft at every key, send once, keep what can't be sent yet.
import { begin, discard, newUuid, takeUp, write } from "./drafts.js";
import { bindHomes } from "./homes_found.js";
import { askForBackground, onAnswer, retry, show, sideBySide } from "./offline.js";
import { arrived, isForLater, keep, note, send } from "./outbox.js";
import { bindPhoto } from "./photo.js";
import { ready } from "./phone.js";

const form = document.getElementById("slip");
const $ = (selector) => form.querySelector(selector);
const field = (name) => form.elements[name];
const button = document.querySelector("[data-send]");
const login = document.querySelector("[data-login]");
const { api } = document.querySelector("[data-phone]").dataset;
const { list } = form.dataset;
const TYPED = ["typed_address", "contact_name", "contact_phone", "source", "campaign_code", "notes"];
let busy = false;

const user = await ready;
const homes = bindHomes(form, user, () => { absolve("household_code"); saveDraft(); });
const photo = bindPhoto(form, user, () => field("client_uuid").value, saveDraft);
const chosen = () => [...form.querySelectorAll("[name=products]:checked")];
const words = () => ({
  client_uuid: field("client_uuid").value,
  household_code: homes.code(),
  typed_address: homes.code() ? "" : field("typed_address").value.trim(),
  products: chosen().map((box) => box.value),
  contact_name: field("contact_name").value.trim(),
  contact_phone: field("contact_phone").value.replace(/\s/g, ""),
  source: field("source").value,
  campaign_code: field("campaign_code").value,
  has_consent: field("has_consent").checked,
  acknowledged: field("acknowledged").checked,
  notes: field("notes").value.trim(),
});
// What only the phone needs: whose it is, and how to name it.
const kept = () => ({ ...words(), user, address: homes.address(), names: chosen().map((box) => box.dataset.name), hasPhoto: photo.isThere() });

function saveDraft() {
  const label = document.querySelector("[data-saved]");
  write(user, { ...kept(), home: homes.home() }).then(() => {
    label.textContent = `${label.dataset.word} ${new Date().toTimeString().slice(0, 5)}`;
  }, () => { label.textContent = label.dataset.failed; });
}

const isTyped = ({ value, defaultValue = value }) => value !== defaultValue;
const isBegun = () => TYPED.some((name) => isTyped(field(name))) || chosen().length > 0;

function fill(draft) {
  field("client_uuid").value = draft.client_uuid;
  for (const name of TYPED) field(name).value = draft[name] || field(name).value;
  for (const box of form.querySelectorAll("[name=products]")) box.checked = draft.products.includes(box.value);
  field("has_consent").checked = draft.has_consent;
  if (draft.home) homes.pick(draft.home);
  photo.look(draft.hasPhoto);
}

function startAnew() {
  form.reset();
  field("client_uuid").value = newUuid();
  begin(field("client_uuid").value);
  homes.pick(null);
  photo.look(false);
  document.querySelector("[data-saved]").textContent = "";
  scrollTo(0, 0);
}

function complain(name, message) {
  const place = $(`[data-error="${name}"]`) || $('[data-error="other"]');
  place.textContent = message;
  place.hidden = false;
  place.closest(".field")?.classList.add("err");
  place.scrollIntoView({ block: "center" });
}

// What is mended is no longer complained about.
function absolve(name) {
  const place = $(`[data-error="${name}"]`);
  if (place) place.hidden = true;
}

function forgive() {
  for (const place of form.querySelectorAll("[data-error]")) place.hidden = true;
  for (const box of form.querySelectorAll(".err")) box.classList.remove("err");
  for (const name of ["[data-similar]", "[data-receipt]", "[data-stored]"]) $(name).hidden = true;
  login.hidden = true;
}

// Without a line the phone looks at what the server would decline, in the same words.
function lacking(slip) {
  const digits = slip.contact_phone.replace(/\D/g, "").length;
  const isOnFile = slip.contact_phone.includes("*") && slip.contact_phone === homes.home()?.contact_phone;
  if (!slip.household_code && !slip.typed_address) return "household_code";
  if (!slip.products.length) return "products";
  if (!slip.contact_name) return "contact_name";
  if (!isOnFile && (digits < 7 || digits > 13)) return "contact_phone";
  return slip.has_consent ? "" : "has_consent";
}

function receipt(number) {
  $("[data-number]").textContent = number;
  $("[data-track]").href = `${list}${number}/`;
  $("[data-stored]").hidden = true;
  $("[data-receipt]").hidden = false;
}

// On a quick line the answer comes between the two taps of a double tap: nothing is written under it yet.
const isSecondTap = () => {
  const isAnswered = !$("[data-receipt]").hidden || !$("[data-stored]").hidden;
  return isAnswered && !isBegun() && !homes.code() && !field("has_consent").checked;
};

async function finish(slip) {
  await discard(slip.client_uuid);
  startAnew();
}

async function submit() {
  const slip = { ...kept(), at: Date.now() };
  const answer = navigator.onLine ? await send(api, slip) : { status: 0, body: {} };
  const { status, body } = answer;
  if (arrived(answer)) {
    await note(slip, answer);
    await finish(slip);
    receipt(body.number);
  } else if (status === 409 && body.error === "similar") {
    $("[data-similar-text]").textContent = body.message;
    $("[data-similar-link]").href = `${list}${body.number}/`;
    $("[data-similar]").hidden = false;
    $("[data-similar]").scrollIntoView({ block: "center" });
  } else if (!isForLater(status)) {
    complain(body.field || "other", body.message || String(status));
    if (body.both?.length) $('[data-error="other"]').append(sideBySide(body.both, form.dataset));
  } else {
    const name = lacking(slip);
    if (name) return complain(name, $(`[data-error="${name}"]`).dataset.word);
    await keep({ ...slip, queued: true });
    await finish(slip);
    login.hidden = status !== 401;
    $("[data-stored]").hidden = status === 401;
    askForBackground();
    if (status !== 401) retry();
  }
  await show();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy || isSecondTap()) return;
  busy = button.disabled = true;
  forgive();
  try { await submit(); } catch { complain("other", form.dataset.failed); } finally { busy = button.disabled = false; }
});
// Looking for a household is no draft yet.
form.addEventListener("input", ({ target }) => { if (target.name) saveDraft(); });
form.addEventListener("input", ({ target }) => {
  absolve(target.name === "typed_address" ? "household_code" : target.name);
  target.closest(".field")?.classList.remove("err");
});

const word = button.textContent;
const label = () => { button.textContent = navigator.onLine ? word : button.dataset.offlineWord; };
addEventListener("online", label);
addEventListener("offline", label);
label();

const isRefused = form.querySelector("[data-error]:not([hidden])") || !$("[data-similar]").hidden;
const asked = new URLSearchParams(location.search);
if (!isRefused) {
  // The number of a form is made when it opens: a page that was kept would bear the same for ever.
  const draft = asked.get("household") ? null : await takeUp(user, asked.get("draft"));
  if (draft) fill(draft);
  else {
    field("client_uuid").value = newUuid();
    begin(field("client_uuid").value);
    homes.open(asked.get("household"));
    if (isBegun()) saveDraft(); // somebody was quicker than a slow line
  }
}
onAnswer((slip, status, body) => { if (arrived({ status })) receipt(body.number); });
form.dataset.ready = "";
