// A photo of the paper slip: made small on the phone (which also drops where it was taken), sealed, sent after its slip.
import { get, remove, unsealBytes } from "./store.js";
import { keepPhoto } from "./outbox.js";

const LONGEST = 1600; // px
const LARGEST = 400_000; // bytes
const QUALITIES = [0.75, 0.6, 0.45, 0.3];

async function small(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  for (const quality of QUALITIES) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob.size <= LARGEST) return blob.arrayBuffer();
  }
  throw new Error("too large");
}

export function bindPhoto(form, user, uuid, changed) {
  const box = form.querySelector("[data-photo]");
  const input = box.querySelector("input");
  const seen = box.querySelector("img");
  const taken = box.querySelector("[data-photo-taken]");
  let isThere = false;

  async function kept() {
    const record = await get("photos", uuid());
    return record && unsealBytes(record, "slips");
  }

  async function look(hasPhoto) {
    isThere = Boolean(hasPhoto);
    taken.hidden = !isThere;
    input.value = "";
    const bytes = isThere ? await kept().catch(() => null) : null;
    if (!bytes) return seen.removeAttribute("src");
    const reader = new FileReader();
    reader.onload = () => { seen.src = reader.result; };
    reader.readAsDataURL(new Blob([bytes], { type: "image/jpeg" }));
  }

  input.addEventListener("change", async () => {
    const failed = box.querySelector("[data-photo-failed]");
    failed.hidden = true;
    try {
      await keepPhoto(user, uuid(), await small(input.files[0]));
      await look(true);
    } catch { failed.hidden = false; }
    changed();
  });
  box.querySelector("[data-photo-drop]").addEventListener("click", async () => {
    await remove("photos", uuid());
    await look(false);
    changed();
  });
  return { look, isThere: () => isThere };
}
