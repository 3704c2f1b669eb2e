// The strip “离线 · N 单待发送” and the retry with back-off; used by the pages of the phone.
import { drop, flush, waiting } from "./outbox.js";

const strip = document.querySelector("[data-offline]");
const box = document.querySelector("[data-outbox]");
let wait = 2000;
let timer = 0;

export async function show() {
  const slips = await waiting().catch(() => []);
  if (strip) {
    strip.hidden = navigator.onLine && slips.length === 0;
    const words = document.documentElement.lang === "en" ? ["Offline", "To send", "slips"] : ["离线", "待发送", "单"];
    const state = navigator.onLine ? words[1] : words[0];
    strip.querySelector("[data-offline-text]").textContent = slips.length ? `${state} · ${slips.length} ${words[2]}` : state;
  }
  if (box) {
    box.hidden = slips.length === 0;
    box.querySelector("[data-count]").textContent = slips.length;
    box.querySelector("[data-outbox-list]").replaceChildren(...slips.map(entry));
  }
}

function entry(slip) {
  const item = document.createElement("li");
  const text = document.createElement("div");
  text.className = "grow";
  const name = document.createElement("b");
  name.textContent = `${slip.address || slip.typed_address || slip.household_code} ${slip.contact_name}`;
  const why = document.createElement("p");
  why.textContent = slip.declined || slip.products.join(" · ");
  text.append(name, why);
  item.append(text);
  if (slip.declined) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "hit";
    close.textContent = "×";
    close.addEventListener("click", async () => { await drop(slip.client_uuid); show(); });
    item.append(close);
  }
  return item;
}

export async function retry(api, user, told) {
  clearTimeout(timer);
  const all = await flush(api, user, told).catch(() => false);
  await show();
  wait = all ? 2000 : Math.min(wait * 2, 5 * 60 * 1000);
  if (!all) timer = setTimeout(() => retry(api, user, told), wait);
}

export function bind(api, user, told) {
  addEventListener("online", () => { wait = 2000; retry(api, user, told); });
  addEventListener("offline", show);
  retry(api, user, told);
}

const script = document.querySelector("script[data-api]");
if (script) bind(script.dataset.api, "");
