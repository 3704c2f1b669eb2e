// A toast stays long enough to be read; one with a link (a way back) stays until it is closed.
const READ_MS = 8000;

export function bindToasts(root = document) {
  for (const toast of root.querySelectorAll("[data-toast]")) {
    const close = toast.querySelector("[data-close]");
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
    if (!toast.querySelector("a")) setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), READ_MS);
  }
}
