// The queue as others change it, asked for every few seconds. What is on the screen stays where it is: cells change,
// rows that left are greyed, new ones come in below or wait behind a word. Asking keeps nobody logged in.
const EVERY = 8000;
const rowsOf = (root) => [...root.querySelectorAll("[data-slip]")];
const numberOf = (row) => row.dataset.slip;
const news = new Set();
let latest = null;

export function follow(list, told) {
  const { away, over } = signs();
  let etag = list.querySelector("#queue-list").dataset.etag;

  async function ask() {
    if (document.hidden) return;
    const address = list.querySelector("#queue-list").dataset.news;
    let answer;
    try {
      answer = await fetch(address, { headers: { "If-None-Match": etag }, cache: "no-store", redirect: "manual" });
    } catch {
      away.hidden = false;
      return;
    }
    away.hidden = answer.ok || answer.status === 304;
    if (answer.type === "opaqueredirect" || answer.status === 404) {
      clearInterval(timer);
      away.hidden = true;
      over.hidden = false;
      told.over();
    } else if (answer.ok) {
      etag = answer.headers.get("ETag");
      merge(list, await answer.text(), told);
    }
  }

  const timer = setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
  document.querySelector("[data-show-new]").addEventListener("click", () => showNew(list));
}

// Bring in everything that waits, in its order, with the first new one in sight.
export function showNew(list) {
  if (!latest || !news.size) return;
  list.querySelector("#queue-list").replaceWith(latest);
  latest = null;
  const first = rowsOf(list).find((row) => news.has(numberOf(row)));
  for (const row of rowsOf(list)) row.classList.toggle("new", news.has(numberOf(row)));
  news.clear();
  say();
  list.dispatchEvent(new Event("queue:shown"));
  first?.scrollIntoView({ block: "center" });
  first?.querySelector("a").focus();
}

function merge(list, html, told) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll("template[data-for]")) {
    const place = document.querySelector(`[data-live="${part.dataset.for}"]`);
    if (place) place.innerHTML = part.innerHTML;
  }
  const root = list.querySelector("#queue-list");
  latest = document.adoptNode(fresh.querySelector("#queue-list"));
  const body = root.querySelector("tbody");
  if (!body || !latest.querySelector("tbody")) {
    root.replaceWith(latest.cloneNode(true));
    for (const row of rowsOf(list)) if (!body) news.add(numberOf(row));
  } else {
    update(list, body, told);
  }
  say();
  told.mark();
}

function update(list, body, told) {
  const fresh = new Map(rowsOf(latest).map((row) => [numberOf(row), row]));
  const known = new Set(rowsOf(body).map(numberOf));
  for (const row of rowsOf(body)) {
    const next = fresh.get(numberOf(row));
    if (next) renew(row, next, told);
    else if (!row.classList.contains("gone")) leave(row, list.dataset.gone, told);
  }
  const unknown = [...fresh.keys()].filter((number) => !known.has(number));
  for (const number of unknown) news.add(number);
  for (const number of news) if (!fresh.has(number)) news.delete(number);
  // Those behind the last row that is there already disturb nobody; the others wait until they are asked for.
  const last = [...fresh.keys()].findLastIndex((number) => known.has(number));
  for (const row of [...fresh.values()].slice(last + 1)) {
    const added = row.cloneNode(true);
    added.classList.add("new");
    body.append(added);
  }
}

// The name and the address stay as they are, with the focus that may be on them.
function renew(row, next, told) {
  const was = row.lastElementChild.textContent;
  row.classList.toggle("theirs", next.classList.contains("theirs"));
  row.classList.remove("gone");
  for (const at of [0, 4]) {
    if (row.children[at].innerHTML !== next.children[at].innerHTML) row.children[at].innerHTML = next.children[at].innerHTML;
  }
  if (row.lastElementChild.textContent !== was) told.changed(numberOf(row));
}

function leave(row, word, told) {
  row.classList.add("gone");
  const last = row.lastElementChild;
  last.replaceChildren(Object.assign(document.createElement("span"), { className: "muted", textContent: word }));
  told.changed(numberOf(row));
}

function say() {
  const button = document.querySelector("[data-show-new]");
  button.hidden = !news.size;
  if (news.size) button.textContent = button.dataset.word.replace("__N__", news.size);
}

function signs() {
  return { away: document.querySelector("[data-away]"), over: document.querySelector("[data-over]") };
}
