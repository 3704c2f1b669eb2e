// <form data-confirm="撤单？" data-confirm-text="会改变什么" data-confirm-word="撤单"> asks before it is sent.
// Without script the form is sent at once: the server's own checks stay the guard.
export function bindConfirm() {
  const dialog = document.getElementById("confirm");
  if (!dialog) return;
  const [title, text, typed, yes] = ["h2", "[data-confirm-text]", "[data-confirm-type]", "[data-confirm-yes]"].map((s) => dialog.querySelector(s));
  const input = typed.querySelector("input");
  const answered = new WeakSet();
  let waiting = null;

  document.addEventListener("submit", (event) => {
    const source = event.submitter?.dataset.confirm ? event.submitter : event.target;
    if (!source.dataset.confirm || answered.delete(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form: event.target, submitter: event.submitter };
    title.textContent = source.dataset.confirm;
    text.textContent = source.dataset.confirmText || "";
    const word = source.dataset.confirmWord || "";
    typed.hidden = !word;
    const label = typed.querySelector("label");
    label.textContent = label.dataset.ask.replace("0", word);
    input.value = "";
    yes.disabled = Boolean(word);
    input.oninput = () => { yes.disabled = input.value.trim() !== word; };
    dialog.returnValue = "no";
    dialog.showModal();
  }, true);

  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes" || !waiting) return;
    answered.add(waiting.form);
    waiting.form.requestSubmit(waiting.submitter);
    waiting = null;
  });
}
