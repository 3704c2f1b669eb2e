// One more line of the acceptance form: a copy of the last, without its number and its errors.
export function addOrder(root = document) {
  const orders = root.querySelector("[data-orders]");
  const last = orders?.querySelector("[data-order]:last-child");
  if (!last) return;
  const next = last.cloneNode(true);
  next.querySelector("b").textContent = orders.querySelectorAll("[data-order]").length + 1;
  next.querySelector("[name=order_no]").value = "";
  // A product is accepted once: what is chosen already is not offered as the next.
  const taken = new Set([...orders.querySelectorAll("select")].map((select) => select.value));
  const select = next.querySelector("select");
  select.value = [...select.options].find((option) => !taken.has(option.value))?.value ?? select.value;
  for (const message of next.querySelectorAll(".msg")) message.remove();
  for (const field of next.querySelectorAll(".err")) field.classList.remove("err");
  orders.append(next);
  next.querySelector("select").focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-add-order]")) addOrder();
});
