// What waits on the phone as a text file: for the hall, when a phone can't send any more.
import { waiting } from "./outbox.js";

export async function exportQueue(user, words) {
  const slips = await waiting(user);
  const text = slips.map((slip, place) => [
    `${place + 1}. ${slip.address || slip.typed_address || ""} ${slip.household_code}`.trim(),
    `${slip.contact_name} ${slip.contact_phone}`,
    (slip.names || slip.products).join(" · "),
    slip.notes,
    slip.declined,
    `${new Date(slip.at).toLocaleString()} ${slip.client_uuid}`,
  ].filter(Boolean).join("\n")).join("\n\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\uFEFF${words.fileTitle}\n\n${text}\n`], { type: "text/plain;charset=utf-8" }));
  link.download = `${words.fileName}-${new Date().toISOString().slice(0, 10)}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
