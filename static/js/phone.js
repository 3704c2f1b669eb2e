// Every phone page: the service worker and its updates, the outbox, the copy of the grid, and leaving without a trace.
import { forgetPerson, owner } from "./store.js";
import { load, refresh } from "./homes.js";
import { PAUSE, bind, wouldLose } from "./offline.js";

const page = document.querySelector("[data-phone]");
const { api, copy, worker } = page.dataset;
const REFRESH = 10 * 60 * 1000;
let asked = false;

// A new version waits until somebody says so, or until the phone is laid aside: drafts are kept at every key.
function offer(fresh) {
  const notice = document.querySelector("[data-update]");
  const take = () => { asked = true; fresh.postMessage("skip"); };
  notice.hidden = false;
  notice.querySelector("button").addEventListener("click", take, { once: true });
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") take(); });
}

async function install() {
  const was = navigator.serviceWorker.controller;
  const registration = await navigator.serviceWorker.register(worker, { scope: "/", type: "module", updateViaCache: "none" });
  if (registration.waiting && was) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh.addEventListener("statechange", () => { if (fresh.state === "installed" && navigator.serviceWorker.controller) offer(fresh); });
  });
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (asked) location.reload();
    else if (was) addEventListener("visibilitychange", () => location.reload(), { once: true });
  });
}

// Logging out takes everything of this person from the phone before the server is told.
function leaveNoTrace(user) {
  const form = document.querySelector("[data-logout]");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await wouldLose()) return form.requestSubmit();
    sessionStorage.clear();
    localStorage.removeItem(PAUSE);
    await forgetPerson(user).catch(() => {});
    for (const name of await globalThis.caches?.keys() ?? []) if (name.startsWith("page-")) await caches.delete(name);
    form.submit();
  });
}

// Loaded, and with nothing else to do.
const idle = () => new Promise((done) => {
  const rest = () => (globalThis.requestIdleCallback ?? setTimeout)(done);
  if (document.readyState === "complete") rest();
  else addEventListener("load", rest, { once: true });
});

// What is sent from here may be in the copy: the next page fetches what has changed.
document.addEventListener("submit", ({ target }) => { if (target.method === "post") sessionStorage.removeItem("copied"); });

// The copy is no part of the page: it takes nothing from it while it loads.
async function keepCopy(user) {
  const [whose, last] = (sessionStorage.getItem("copied") || " ").split(" ");
  if (!navigator.onLine || (whose === user && Math.abs(Date.now() - last) < REFRESH)) return;
  await idle();
  if (await refresh(copy, user)) sessionStorage.setItem("copied", `${user} ${Date.now()}`);
  document.dispatchEvent(new Event("copied"));
}

export const ready = (async () => {
  if (navigator.serviceWorker) install().catch(() => {});
  const user = page.dataset.user || (await owner().catch(() => ""));
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = (part.dataset.when === "somebody") !== Boolean(user);
  if (!user) return user;
  bind(api, user);
  leaveNoTrace(user);
  await load(user).catch(() => null);
  keepCopy(user).catch(() => {});
  return user;
})();
