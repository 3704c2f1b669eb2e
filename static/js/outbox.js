// Slips that wait for a line, in IndexedDB: one record a form (its UUID), so nothing is sent as two.
const OPEN = () => new Promise((resolve, reject) => {
  const request = indexedDB.open("slips", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "client_uuid" });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function store(mode, work) {
  const db = await OPEN();
  return new Promise((resolve, reject) => {
    const task = db.transaction("outbox", mode);
    const request = work(task.objectStore("outbox"));
    task.oncomplete = () => { db.close(); resolve(request.result); };
    task.onerror = () => { db.close(); reject(task.error); };
  });
}

export const keep = (slip) => store("readwrite", (box) => box.put(slip));
export const drop = (uuid) => store("readwrite", (box) => box.delete(uuid));
export const waiting = () => store("readonly", (box) => box.getAll());

const cookie = (name) => document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.split("=")[1] || "";

// → {status, body}; status 0: no line, 401: login expired (the record stays in both cases).
export async function send(api, slip) {
  try {
    const answer = await fetch(api, {
      method: "POST",
      redirect: "manual",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
      body: JSON.stringify(slip),
      signal: AbortSignal.timeout(20000),
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return { status: 401, body: {} };
    return { status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, body: {} };
  }
}

// Send everything that waits, one at a time across tabs; what the server declines for good stays with its reason.
export async function flush(api, user, told = () => {}) {
  const work = async () => {
    for (const slip of await waiting()) {
      if (slip.declined || (slip.user && slip.user !== user)) continue;
      const { status, body } = await send(api, slip);
      if (status === 200 || status === 201) await drop(slip.client_uuid);
      else if (status === 409 || status === 422) {
        const similar = body.error === "similar" ? body.number : "";
        await keep({ ...slip, declined: body.message || String(status), similar });
      }
      told(slip, status, body);
      if (status === 0 || status === 401 || status >= 500) return false;
    }
    return true;
  };
  return navigator.locks ? navigator.locks.request("slips-outbox", work) : work();
}
