// The strip “离线 · N 单待发送” and the retry with back-off; used by the pages of the phone.
import { drop, flush, keep, waiting } from "./outbox.js";

const strip = document.querySelector("[data-offline]");
const box = document.querySelector("[data-outbox]");
let wait = 2000;
let timer = 0;
let sender = "";
let address = "";

// Another person's slips on the same phone are neither shown nor sent.
const mine = async () => (await waiting().catch(() => [])).filter((slip) => !slip.user || slip.user === sender);

export async function show() {
  const slips = await mine();
  if (strip) {
    strip.hidden = navigator.onLine && slips.length === 0;
    const words = [];
    if (!navigator.onLine) words.push(strip.dataset.off);
    if (slips.length) words.push(strip.dataset.waiting.replace("{n}", slips.length));
    strip.querySelector("[data-offline-text]").textContent = words.join(" · ");
  }
  if (box) {
    box.hidden = slips.length === 0;
    box.querySelector("[data-count]").textContent = slips.length;
    box.querySelector("[data-outbox-list]").replaceChildren(...slips.map(entry));
  }
}

function entry(slip) {
  const item = make("li");
  const text = make("div", { className: "grow" });
  const name = make("b", { textContent: `${slip.address || slip.typed_address || slip.household_code} ${slip.contact_name}` });
  text.append(name, make("p", { textContent: slip.declined || slip.products.join(" · ") }));
  item.append(text);
  if (!slip.declined) return item;
  if (slip.similar) {
    const steps = make("p", { className: "row" });
    steps.append(
      make("a", { href: `${box.dataset.list}${slip.similar}/`, textContent: box.dataset.look }),
      button(box.dataset.again, "btn", () => acknowledge(slip)),
    );
    text.append(steps);
  }
  const close = button("×", "hit", async () => { await drop(slip.client_uuid); show(); });
  close.setAttribute("aria-label", box.dataset.drop);
  item.append(close);
  return item;
}

// The same form again, this time with the warning read.
async function acknowledge(slip) {
  await keep({ ...slip, acknowledged: true, declined: "", similar: "" });
  await retry(address, sender);
}

const make = (tag, given = {}) => Object.assign(document.createElement(tag), given);

function button(textContent, className, act) {
  const made = make("button", { type: "button", className, textContent });
  made.addEventListener("click", act);
  return made;
}

export async function retry(api, user, told) {
  clearTimeout(timer);
  const all = await flush(api, user, told).catch(() => false);
  await show();
  wait = all ? 2000 : Math.min(wait * 2, 5 * 60 * 1000);
  if (!all) timer = setTimeout(() => retry(api, user, told), wait);
}

export function bind(api, user, told) {
  [address, sender] = [api, user];
  addEventListener("online", () => { wait = 2000; retry(api, user, told); });
  addEventListener("offline", show);
  retry(api, user, told);
}

const script = document.querySelector("script[data-api]");
if (script) bind(script.dataset.api, script.dataset.user);
