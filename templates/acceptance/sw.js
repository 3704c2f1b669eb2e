{% load static %}// Keeps the shell and the slip page on the phone, by version; no other page, and nobody else's.
import { flush, slipsOf } from "{% static 'js/outbox.js' %}";
import { all, forgetCopies } from "{% static 'js/store.js' %}";

const { version, files, slip, offline, gates, api } = {{ shell|safe }};
const SHELL = `shell-${version}`;
const PAGE = `page-${version}`;
const PATIENCE = 4000; // ms until the kept page is shown while the line says nothing

// "no-cache" asks the server whether what the browser has is still good, and takes nothing twice.
async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll([...files, offline].map((url) => new Request(url, { cache: "no-cache" })));
  const isUpdate = (await caches.keys()).some((name) => name.startsWith("page-") && name !== PAGE);
  // The old page belongs to the old files: until there is a new one, everything stays as it is.
  await keepPage();
  if (isUpdate && !(await (await caches.open(PAGE)).match(slip))) throw new Error("no page yet");
}

// → whose page is kept now: the one of the person who is logged in, or nobody's.
async function keepPage() {
  const answer = await fetch(slip, { redirect: "manual", credentials: "same-origin", cache: "no-store" });
  const cache = await caches.open(PAGE);
  if (!answer.ok) await cache.delete(slip);
  return answer.ok ? renew(answer) : "";
}

// A page of another version would ask for files that aren't here.
async function renew(answer) {
  const copy = answer.clone();
  const words = copy.ok && !copy.redirected ? await copy.clone().text() : "";
  if (words.includes(`data-version="${version}"`)) await (await caches.open(PAGE)).put(slip, copy);
  return words.match(/data-user="(\d+)"/)?.[1] || "";
}

async function clean() {
  for (const name of await caches.keys()) if (/^(shell|page)-/.test(name) && name !== SHELL && name !== PAGE) await caches.delete(name);
  await clients.claim();
}

// Somebody has come or gone, or reads another language.
async function settle() {
  await (await caches.open(PAGE)).delete(slip);
  await (await caches.open(SHELL)).add(new Request(offline, { cache: "no-store" })).catch(() => {});
  await forgetCopies(await keepPage());
}

async function kept(request) {
  const cache = await caches.open(SHELL);
  return (await cache.match(request, { ignoreSearch: true })) || fetch(request);
}

async function page(event, path) {
  const isSlip = path === slip;
  const old = isSlip && (await (await caches.open(PAGE)).match(slip));
  const answer = fetch(event.request);
  if (isSlip) event.waitUntil(answer.then(renew, () => {}));
  try {
    const slow = new Promise((resolve, reject) => setTimeout(reject, PATIENCE, new Error("slow")));
    return await (old ? Promise.race([answer, slow]) : answer);
  } catch {
    return old || (await caches.open(SHELL)).match(offline);
  }
}

async function sendAll() {
  const users = new Set((await all("outbox")).map((record) => record.user).filter(Boolean));
  for (const user of users) {
    const isWaiting = (await slipsOf(user)).some((entry) => !entry.number && !entry.declined);
    if (isWaiting && (await flush(api, user)) === false) throw new Error("something is left");
  }
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(clean()));
addEventListener("message", (event) => { if (event.data === "skip") skipWaiting(); });
addEventListener("sync", (event) => { if (event.tag === "slips") event.waitUntil(sendAll()); });
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "GET" && files.includes(pathname)) return event.respondWith(kept(request));
  if (request.mode !== "navigate") return;
  if (request.method === "GET") return event.respondWith(page(event, pathname));
  if (!gates.includes(pathname)) return;
  const answer = fetch(request);
  event.respondWith(answer.catch(async () => (await caches.open(SHELL)).match(offline)));
  event.waitUntil(answer.then(settle, () => {}));
});
