// What every page has: theme, search key, toasts, selects that submit, questions before a step.
import { bindConfirm } from "./confirm.js";
import { bindSubmits } from "./submit.js";
import { bindTheme } from "./theme.js";
import { bindToasts } from "./toast.js";

bindTheme();
bindToasts();
bindSubmits();
bindConfirm();

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const find = document.querySelector("[data-find]");
  if (!find) return;
  event.preventDefault();
  find.focus();
  find.select();
});
