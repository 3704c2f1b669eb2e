// What the phone keeps, in IndexedDB. Words are sealed with AES-GCM by a key that no script can take out: one for each
// person and purpose, so that a copy can go without the slips that wait. Works in pages and in the service worker.
const STORES = { outbox: "client_uuid", drafts: "client_uuid", photos: "client_uuid", copy: "id", keys: "id" };
const DAY = 24 * 3600 * 1000;
const LONGEST = 7 * DAY;
let opened = null;

function open() {
  opened ||= new Promise((resolve, reject) => {
    const request = indexedDB.open("slips", 2);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) {
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath });
      }
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      resolve(request.result);
    };
    request.onerror = () => { opened = null; reject(request.error); };
  });
  return opened;
}

async function run(store, mode, work, durability = "relaxed") {
  const db = await open();
  return new Promise((resolve, reject) => {
    const task = db.transaction(store, mode, { durability });
    const request = work(task.objectStore(store));
    task.oncomplete = () => resolve(request?.result);
    task.onerror = task.onabort = () => reject(task.error);
  });
}

export const put = (store, record, durability) => run(store, "readwrite", (box) => box.put(record), durability);
export const get = (store, id) => run(store, "readonly", (box) => box.get(id));
export const all = (store) => run(store, "readonly", (box) => box.getAll());
export const remove = (store, id) => run(store, "readwrite", (box) => box.delete(id));

async function key(user, purpose) {
  const id = `${user} ${purpose}`;
  const known = await get("keys", id);
  if (known) return known.key;
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  // Another tab may have been quicker: the first key stays.
  await run("keys", "readwrite", (box) => {
    const look = box.get(id);
    look.onsuccess = () => { if (!look.result) box.put({ id, user, purpose, key: fresh, seen: Date.now() }); };
  });
  return (await get("keys", id)).key;
}

// A record with its words (or bytes) sealed; what stands in `open` can be read without the key.
export async function seal(user, purpose, words, open = {}) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = words instanceof ArrayBuffer ? words : new TextEncoder().encode(JSON.stringify(words));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(user, purpose), bytes);
  return { ...open, user, iv, data };
}

export async function unsealBytes(record, purpose) {
  const { user, iv, data } = record;
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(user, purpose), data);
}

export async function unseal(record, purpose) {
  if (!record.data) return record; // kept before words were sealed
  return JSON.parse(new TextDecoder().decode(await unsealBytes(record, purpose)));
}

// Who uses this phone: the person of the newest copy.
export async function owner() {
  return (await all("keys")).filter((entry) => entry.purpose === "copy").sort((a, b) => b.seen - a.seen)[0]?.user || "";
}

// The server has just answered this person: the seven days begin again.
export async function visited(user) {
  await key(user, "copy");
  const entry = await get("keys", `${user} copy`);
  await put("keys", { ...entry, seen: Date.now() });
}

// Copies of everybody but this person go, and anybody's after seven days without a visit (or from a clock set back).
export async function forgetCopies(user, now = Date.now()) {
  const entries = (await all("keys")).filter((entry) => entry.purpose === "copy");
  const gone = entries.filter((entry) => entry.user !== user || now - entry.seen > LONGEST || entry.seen - now > DAY);
  for (const entry of gone) await remove("keys", entry.id); // first the key: without it the rest is noise
  const kept = new Set(entries.filter((entry) => !gone.includes(entry)).map((entry) => entry.user));
  for (const record of await all("copy")) if (!kept.has(record.user)) await remove("copy", record.id);
}

// All of one person: at their logout.
export async function forgetPerson(user) {
  for (const entry of await all("keys")) if (entry.user === user) await remove("keys", entry.id);
  for (const [store, path] of Object.entries(STORES)) {
    for (const record of await all(store)) if (!record.user || record.user === user) await remove(store, record[path]);
  }
  await forgetCopies("");
}
