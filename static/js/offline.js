// The strip “离线 · N 单待发送”, the list of what is on this phone, and the sending with back-off; on every phone page.
import { discard, draftsOf } from "./drafts.js";
import { make } from "./make.js";
import { drop, flush, keep, onChange, slipsOf, waiting } from "./outbox.js";
import { exportQueue } from "./queue_file.js";

const strip = document.querySelector("[data-offline]");
const box = document.querySelector("[data-outbox]");
const login = document.querySelector("[data-login]");
const logout = document.querySelector("[data-logout]");
export const PAUSE = "slips-pause"; // shared by all tabs: {until, wait}
const SHORTEST = 2000;
const LONGEST = 5 * 60 * 1000;
const DAY = 24 * 3600 * 1000;
const listeners = new Set();
let timer = 0;
let user = "";
let api = "";

export const onAnswer = (act) => listeners.add(act);

export async function show() {
  const [slips, drafts] = await Promise.all([slipsOf(user).catch(() => []), draftsOf(user)]);
  const unsent = slips.filter((slip) => !slip.number);
  const late = unsent.filter((slip) => !slip.declined && Date.now() - slip.at > DAY).length;
  if (strip) {
    strip.hidden = navigator.onLine && unsent.length === 0;
    strip.classList.toggle("late", late > 0);
    const words = [];
    if (!navigator.onLine) words.push(strip.dataset.off);
    if (late) words.push(strip.dataset.late.replace("{n}", late));
    else if (unsent.length) words.push(strip.dataset.waiting.replace("{n}", unsent.length));
    strip.querySelector("[data-offline-text]").textContent = words.join(" · ");
  }
  if (logout) askBeforeLeaving(unsent.length);
  if (box) list(slips, drafts, unsent);
}

// Leaving takes what hasn't been sent: then, and only then, it is asked.
function askBeforeLeaving(count) {
  if (count) logout.dataset.confirm = logout.dataset.unsent.replace("{n}", count);
  else delete logout.dataset.confirm;
}

// Whether something would be lost of which nobody has been told yet: a tap may be quicker than the list is read.
export async function wouldLose() {
  if (logout.dataset.confirm) return false;
  askBeforeLeaving((await waiting(user).catch(() => [])).length);
  return Boolean(logout.dataset.confirm);
}

function list(slips, drafts, unsent) {
  box.hidden = slips.length + drafts.length === 0;
  box.querySelector("[data-count]").textContent = unsent.length + drafts.length || "";
  box.querySelector("[data-queue-acts]").hidden = unsent.length === 0;
  const receipts = slips.filter((slip) => slip.number).reverse();
  box.querySelector("[data-outbox-list]").replaceChildren(...drafts.map(asDraft), ...unsent.map(asWaiting), ...receipts.map(asReceipt));
}

function button(textContent, className, act) {
  const made = make("button", { type: "button", className, textContent });
  made.addEventListener("click", act);
  return made;
}

const title = (slip) => make("b", { textContent: [slip.address || slip.home?.address || slip.typed_address || slip.household_code, slip.contact_name].filter(Boolean).join(" ") || box.dataset.unnamed });
const chip = (kind, word) => make("span", { className: `chip ${kind}`, textContent: word });
const asked = (slip) => make("p", { textContent: (slip.names || slip.products).join(" · ") });
const entry = (chipped, ...words) => make("li", {}, make("div", { className: "grow" }, ...words), chipped);

function asDraft(draft) {
  const link = make("a", { className: "grow", href: `${box.dataset.new}?draft=${draft.client_uuid}` }, title(draft), asked(draft));
  const close = button("×", "hit", async () => { await discard(draft.client_uuid); await drop(draft.client_uuid); show(); });
  close.setAttribute("aria-label", box.dataset.dropDraft);
  return make("li", {}, link, chip("off", box.dataset.draft), close);
}

function asReceipt(slip) {
  const link = make("a", { className: "grow", href: `${box.dataset.list}${slip.number}/` }, title(slip), make("p", { textContent: slip.number }));
  return make("li", {}, link, chip("good", box.dataset.sent));
}

function asWaiting(slip) {
  if (!slip.declined) return entry(chip(Date.now() - slip.at > DAY ? "bad" : "work", box.dataset.waits), title(slip), asked(slip));
  const steps = make("p", { className: "steps-b" });
  if (slip.similar) steps.append(make("a", { className: "btn", href: `${box.dataset.list}${slip.similar}/`, textContent: box.dataset.look }), button(box.dataset.again, "btn", () => acknowledge(slip)));
  steps.append(button(box.dataset.drop, "btn", async () => { await drop(slip.client_uuid); show(); }));
  const words = [title(slip), asked(slip), make("p", { className: "bad-t", textContent: slip.declined })];
  if (slip.both?.length) words.push(sideBySide(slip.both, box.dataset));
  return entry(chip("bad", box.dataset.declined), ...words, steps);
}

// Two contents under one form: what was sent first stands beside what is here now.
export function sideBySide(lines, words) {
  const row = (label, ...cells) => make("tr", {}, make("th", { textContent: label }), ...cells.map((textContent) => make("td", { textContent })));
  return make("table", { className: "both" }, row("", words.there, words.here), ...lines.map((line) => row(...line)));
}

// The same form again, this time with the warning read.
async function acknowledge(slip) {
  await keep({ ...slip, acknowledged: true, declined: "", similar: "", both: [] });
  await retry(true);
}

const pause = () => JSON.parse(localStorage.getItem(PAUSE) || "null") || { until: 0, wait: 0 };

// Send what waits. Not before the pause is over, unless something has changed (`isNow`).
export async function retry(isNow = false) {
  clearTimeout(timer);
  const left = Math.min(pause().until - Date.now(), LONGEST);
  if (!isNow && left > 0) {
    timer = setTimeout(retry, left);
    return show();
  }
  let isLogin = false;
  const isThrough = await flush(api, user, (slip, status, body) => {
    isLogin ||= status === 401;
    for (const act of listeners) act(slip, status, body);
  }).catch(() => false);
  if (login && isThrough !== null) login.hidden = !isLogin;
  if (isThrough || isLogin) localStorage.removeItem(PAUSE);
  else if (isThrough === false) later();
  if (isThrough === null) timer = setTimeout(retry, SHORTEST, true); // another tab is at it: what did it find?
  else if (isLogin) timer = setTimeout(retry, LONGEST / 10);
  return show();
}

// Twice as long after each failure, and never all phones at the same moment.
function later() {
  const wait = Math.min(Math.max(pause().wait * 2, SHORTEST), LONGEST);
  const left = wait * (0.5 + Math.random() / 2);
  localStorage.setItem(PAUSE, JSON.stringify({ until: Date.now() + left, wait }));
  timer = setTimeout(retry, left);
}

// Ask the system to send even when the page is gone; not every phone can.
export async function askForBackground() {
  const registration = await navigator.serviceWorker?.ready;
  await registration?.sync?.register("slips").catch(() => {});
}

export function bind(address, person) {
  [api, user] = [address, person];
  addEventListener("online", () => retry(true));
  addEventListener("offline", show);
  addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") retry(true); });
  onChange(show);
  box?.querySelector("[data-send-now]").addEventListener("click", () => retry(true));
  box?.querySelector("[data-export]").addEventListener("click", () => exportQueue(user, box.dataset));
  retry();
}
