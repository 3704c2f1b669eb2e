// <form method="post" data-keep="words"> survives a session that ends in mid-form: what was typed is kept in this tab when
// it is sent, and put back, with the words, only when the page comes again from the login of the same person.
const boxes = (form) => [...form.elements].filter((box) => box.name && box.name !== "csrfmiddlewaretoken" && box.type !== "hidden");

export function bindKeep() {
  const who = document.querySelector(".who")?.textContent ?? "";
  const forms = [...document.querySelectorAll("form[data-keep]")];
  forms.forEach((form, place) => {
    const key = `keep ${location.pathname} ${place}`;
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
    sessionStorage.removeItem(key);
    const isBack = new URL(document.referrer || location.href).pathname.startsWith("/login");
    if (kept && kept.who === who && isBack) putBack(form, kept.boxes);
    form.addEventListener("submit", () => {
      const typed = boxes(form).map((box) => [box.name, box.value, box.checked]);
      sessionStorage.setItem(key, JSON.stringify({ who, boxes: typed }));
    });
  });
}

function putBack(form, typed) {
  const now = boxes(form);
  for (const [name, value, checked] of typed) {
    const isChoice = (box) => box.type === "radio" || box.type === "checkbox";
    const box = now.find((one) => one.name === name && (!isChoice(one) || one.value === value));
    if (!box) continue;
    if (isChoice(box)) box.checked = checked;
    else box.value = value;
  }
  const told = document.createElement("p");
  told.className = "note warn";
  told.setAttribute("role", "status");
  told.textContent = form.dataset.keep;
  form.before(told);
  form.dispatchEvent(new Event("input", { bubbles: true }));
}
