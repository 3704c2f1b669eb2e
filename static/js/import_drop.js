// A file dropped on the zone is the file of the form; without script the plain control does the same.
const zone = document.querySelector("[data-drop]");
const input = zone?.querySelector("input[type=file]");
const name = zone?.querySelector("[data-drop-name]");

function show() {
  const file = input.files[0];
  name.textContent = file ? `${file.name} · ${Math.max(1, Math.round(file.size / 1024)).toLocaleString("zh-CN")} kB` : "";
}

if (input) {
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.remove("over"); });
  }
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    show();
  });
}
