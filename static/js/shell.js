// What every page has: theme, search key, toasts, selects that submit, questions before a step.
import { bindConfirm } from "./confirm.js";
import { bindKeep } from "./keep.js";
import { bindSubmits } from "./submit.js";
import { bindTheme } from "./theme.js";
import { bindToasts } from "./toast.js";

bindTheme();
bindToasts();
bindSubmits();
bindConfirm();
bindKeep();

// A box that was refused is marked until it is typed in again; then the words beside it are about what is gone.
document.addEventListener("input", ({ target }) => {
  if (target.getAttribute("aria-invalid") !== "true") return;
  target.removeAttribute("aria-invalid");
  const told = document.getElementById(target.getAttribute("aria-describedby") || "");
  if (told?.matches(".cell-error")) told.remove();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const find = document.querySelector("[data-find]");
  if (!find) return;
  event.preventDefault();
  find.focus();
  find.select();
});
