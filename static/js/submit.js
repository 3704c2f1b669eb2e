// The query row: a changed choice is sent at once, without the empty ones in the URL.
export function bindSubmits() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.query, form[data-query]")) return;
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    addEventListener("pageshow", () => { for (const field of form.elements) field.disabled = false; }, { once: true });
  });
}
