// Slips that wait for a line: one record a form (its UUID), so nothing is sent as two. Used by pages and by the
// service worker, so nothing here touches a page.
import { all, get, put, remove, seal, unseal, unsealBytes } from "./store.js";

const AT_ONCE = 6;
const RECEIPTS = 20;
const REMEMBERED = 2 * 24 * 3600 * 1000;
const told = globalThis.BroadcastChannel ? new BroadcastChannel("slips") : null;

export const onChange = (act) => told?.addEventListener("message", act);

export async function keep(slip) {
  const at = slip.at || Date.now();
  const record = await seal(slip.user, "slips", { ...slip, at }, { client_uuid: slip.client_uuid, at });
  // What isn't sent yet has to survive the battery; a lost receipt only means that the slip is sent once more.
  await put("outbox", record, slip.number ? "relaxed" : "strict");
  told?.postMessage("");
}

export async function drop(uuid) {
  await remove("photos", uuid);
  await remove("outbox", uuid);
  told?.postMessage("");
}

// A person's slips, oldest first; those of others on the same phone can't be read.
export async function slipsOf(user) {
  const mine = (await all("outbox")).filter((record) => !record.user || record.user === user);
  const slips = await Promise.all(mine.map((record) => unseal(record, "slips").catch(() => null)));
  return slips.filter(Boolean).map((slip) => ({ ...slip, user })).sort((a, b) => (a.at || 0) - (b.at || 0));
}

export const waiting = async (user) => (await slipsOf(user)).filter((slip) => !slip.number);

export const keepPhoto = async (user, uuid, bytes) => put("photos", await seal(user, "slips", bytes, { client_uuid: uuid }));

async function token() {
  if (!globalThis.document) return (await globalThis.cookieStore?.get("csrftoken"))?.value || "";
  return document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="))?.slice("csrftoken=".length) || "";
}

// → {status, body}; status 0: no line, 401: login expired or somebody else's (the record stays in both cases).
async function post(address, user, type, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      redirect: "manual",
      credentials: "same-origin",
      headers: { "Content-Type": type, "X-CSRFToken": await token(), "X-Sender": user },
      body,
      signal: AbortSignal.timeout(20000),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { status: 401, body: {} };
    return { status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, body: {} };
  }
}

// The slip, then its photo. The server knows a form by its UUID: after a lost answer the same may be sent again.
export async function send(api, slip) {
  const answer = await post(api, slip.user, "application/json", JSON.stringify(slip));
  const photo = slip.hasPhoto && arrived(answer) ? await get("photos", slip.client_uuid) : null;
  if (!photo) return answer;
  const bytes = await unsealBytes(photo, "slips").catch(() => null);
  const { status } = bytes ? await post(`${api}${answer.body.number}/photo/`, slip.user, "image/jpeg", bytes) : {};
  return isForLater(status ?? 422) ? { status, body: {} } : answer;
}

export const arrived = ({ status }) => status === 200 || status === 201;
export const isForLater = (status) => status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;

// What became of a slip is noted; what the server declines for good stays with its reason.
export async function note(slip, { status, body }) {
  if (arrived({ status })) {
    if (slip.hasPhoto) await remove("photos", slip.client_uuid);
    await keep({ ...slip, number: body.number, arrived: Date.now(), declined: "" });
  } else if (!isForLater(status)) {
    const similar = body.error === "similar" ? body.number : "";
    await keep({ ...slip, declined: body.message || String(status), similar, both: body.both || [] });
  }
}

// Send everything that waits, a few at a time and from one tab only. → true: all gone, false: something is left,
// null: another tab is at it.
export async function flush(api, user, heard = () => {}) {
  const work = async () => {
    const queue = (await waiting(user)).filter((slip) => !slip.declined);
    let isThrough = true;
    let hasLine = true;
    const sender = async () => {
      for (let slip = queue.shift(); slip && hasLine; slip = queue.shift()) {
        const answer = await send(api, slip);
        // What was taken off this phone meanwhile, by its person or their logout, stays off.
        if (await get("outbox", slip.client_uuid)) await note(slip, answer);
        if (isForLater(answer.status)) isThrough = false;
        if (answer.status === 0 || answer.status === 401) hasLine = false;
        heard(slip, answer.status, answer.body);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    await prune(user);
    return isThrough;
  };
  if (!navigator.locks) return work();
  return navigator.locks.request("slips-outbox", { ifAvailable: true }, (lock) => (lock ? work() : null));
}

// Receipts are for looking up: the newest, for two days.
async function prune(user) {
  const receipts = (await slipsOf(user)).filter((slip) => slip.number).sort((a, b) => b.arrived - a.arrived);
  const old = receipts.filter((slip, place) => place >= RECEIPTS || Date.now() - slip.arrived > REMEMBERED);
  for (const slip of old) await drop(slip.client_uuid);
}
