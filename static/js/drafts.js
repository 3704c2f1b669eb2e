// Drafts: one for each open form, sealed, written at every key. A form left open in another tab is not taken from it.
import { all, put, remove, seal, unseal } from "./store.js";

const MINE = "slip-draft";
let writing = null;
let next = null;

export const newUuid = () => crypto.randomUUID?.() || "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

export async function draftsOf(user) {
  const records = (await all("drafts").catch(() => [])).filter((record) => record.user === user);
  const drafts = await Promise.all(records.map((record) => unseal(record, "slips").catch(() => null)));
  return drafts.filter(Boolean).sort((a, b) => b.at - a.at);
}

// The draft of this tab, or the newest that no other tab has open.
export async function takeUp(user, wanted) {
  const drafts = await draftsOf(user);
  const own = drafts.find((draft) => draft.client_uuid === (wanted || sessionStorage.getItem(MINE)));
  for (const draft of own ? [own] : drafts) {
    if (draft === own || (await hold(draft.client_uuid, true))) {
      sessionStorage.setItem(MINE, draft.client_uuid);
      if (draft === own) hold(draft.client_uuid);
      return draft;
    }
  }
  return null;
}

// A new form of this tab.
export function begin(uuid) {
  sessionStorage.setItem(MINE, uuid);
  hold(uuid);
}

// Held until the tab goes. → whether it was free, when asked so.
function hold(uuid, ifAvailable = false) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks.request(`slip-${uuid}`, { ifAvailable }, (lock) => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : null;
    });
  });
}

// Keys come faster than a phone writes: while one state is being written, only the newest waits.
export function write(user, draft) {
  next = { user, draft };
  writing ||= (async () => {
    try {
      while (next) {
        const { user: whose, draft: words } = next;
        next = null;
        await put("drafts", await seal(whose, "slips", { ...words, at: Date.now() }, { client_uuid: words.client_uuid }));
      }
    } finally { writing = null; }
  })();
  return writing;
}

export async function discard(uuid) {
  next = null;
  await writing;
  await remove("drafts", uuid);
}
