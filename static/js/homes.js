// The copy of one's own grid on the phone: fetched a community at a time, only what has changed, and searched here.
import { all, forgetCopies, get, put, remove, seal, unseal, visited } from "./store.js";

const MOST = 20;
const RECENT = 6;
const NAMES = ["code", "address", "community", "contact_name", "contact_phone", "key", "lines", "offers", "open"];
let index = null;
let homes = [];

// People write an address as they like: without its spaces, or as the numbers alone, 12-5-603.
const asHome = (row) => {
  const home = Object.fromEntries(NAMES.map((name, place) => [name, row[place]]));
  const plain = home.address.toLowerCase().replace(/\s/g, "");
  return { ...home, plain, numbers: `-${(plain.match(/\d+/g) || []).join("-")}-` };
};
const ask = (url, user, etag) => fetch(url, { redirect: "manual", cache: "no-store", headers: { "X-Sender": user, ...(etag && { "If-None-Match": etag }) } });

// Read what is kept; nothing of somebody else, nothing after seven days without a visit.
export async function load(user) {
  await forgetCopies(user);
  const records = (await all("copy")).filter((record) => record.user === user);
  const parts = await Promise.all(records.map(async (record) => [record.id, await unseal(record, "copy")]));
  const found = Object.fromEntries(parts);
  index = found.index || null;
  homes = Object.keys(index?.communities || {}).flatMap((code) => (found[code]?.homes || []).map(asHome));
  return index;
}

// → true when the server was reached. A part that doesn't come leaves the old one in place.
export async function refresh(url, user) {
  const fresh = await part(url, user, "index");
  if (!fresh) return false;
  await visited(user);
  const wanted = Object.keys((await unseal(await get("copy", "index"), "copy")).communities);
  for (const code of wanted) if (!(await part(`${url}?community=${encodeURIComponent(code)}`, user, code))) break;
  for (const { id } of await all("copy")) if (id !== "index" && id !== "recent" && !wanted.includes(id)) await remove("copy", id);
  await load(user);
  return true;
}

async function part(url, user, id) {
  const known = await get("copy", id);
  const answer = await ask(url, user, known?.user === user ? known.etag : "").catch(() => null);
  if (answer?.status === 304) return true;
  if (!answer?.ok) return false;
  const words = await answer.json().catch(() => null);
  if (!words) return false;
  await put("copy", await seal(user, "copy", words, { id, etag: answer.headers.get("ETag") }));
  return true;
}

export const hasHomes = () => homes.length > 0;
export const productName = (code) => index?.products[code] || code;
export const stateName = (state) => index?.states[state] || state;
export const placeName = (home) => index?.communities[home.community] || "";
export const byCode = (code) => homes.find((home) => home.code === code) || null;

// Every word has to be found: in the address, the name, the pinyin initials, or what is seen of the phone number.
// Homes that are named exactly come before those that merely hold a digit of it somewhere.
export function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [[], []];
  for (const home of homes) {
    const weight = Math.min(...words.map((word) => weigh(home, word)));
    if (weight) found[2 - weight].push(home);
    if (found[0].length === MOST) break;
  }
  return found.flat().slice(0, MOST);
}

// 2: what was meant, surely; 1: perhaps; 0: not this one.
function weigh(home, word) {
  const isNumber = /^\d+(-\d+)*$/.test(word);
  if (isNumber && home.numbers.includes(`-${word}-`)) return 2;
  if (isNumber && seen(home.contact_phone, word.replaceAll("-", ""))) return 1;
  if (home.plain.includes(word) || home.contact_name.toLowerCase().includes(word) || home.code.toLowerCase() === word) return isNumber ? 1 : 2;
  return home.key.includes(word) ? 1 : 0;
}

// 138****5678 answers to 138, 1381, 5678 and to all eleven digits.
function seen(masked, digits) {
  const [head, tail] = masked.split("****");
  if (!tail) return false;
  return digits.length > 4 ? digits.startsWith(head) && (digits.length < 11 || digits.endsWith(tail)) : tail.endsWith(digits) || (head && digits.startsWith(head));
}

// Without a copy yet: the server looks.
export async function searchThere(url, user, text) {
  const answer = await ask(`${url}?q=${encodeURIComponent(text)}`, user).catch(() => null);
  if (!answer?.ok) return { isLogin: answer?.status === 401, homes: [] };
  return { homes: (await answer.json()).homes.map(asHome) };
}

export async function recent(user) {
  const record = await get("copy", "recent");
  const codes = record?.user === user ? await unseal(record, "copy") : [];
  return codes.map(byCode).filter(Boolean);
}

export async function used(user, code) {
  const codes = [code, ...(await recent(user)).map((home) => home.code).filter((other) => other !== code)];
  await put("copy", await seal(user, "copy", codes.slice(0, RECENT), { id: "recent" }));
}
