// The sheet of a scheme: only the boxes that a measure reads are shown. What is wrong comes from the server.
const reads = JSON.parse(document.getElementById("scheme-form").dataset.measures);

document.addEventListener("change", ({ target }) => {
  const row = target.closest?.(".ind");
  if (!row) return;
  if (target.name.endsWith("-measure")) row.dataset.reads = reads[target.value];
  if (target.name.endsWith("-item_class")) row.dataset.class = target.value;
});

// One list of products at a time, and none after a click elsewhere.
document.addEventListener("click", ({ target }) => {
  for (const open of document.querySelectorAll(".products details[open]")) if (!open.contains(target)) open.open = false;
});
