// Auto, light, dark: kept in a cookie, so that the server paints the right one at once.
const ORDER = ["auto", "light", "dark"];
const YEAR = 365 * 24 * 3600;

export function bindTheme() {
  const button = document.querySelector("[data-theme-switch]");
  if (!button) return;
  const root = document.documentElement;
  const name = button.getAttribute("aria-label");
  const tell = () => {
    const label = `${name}：${button.dataset[root.dataset.theme || "auto"]}`;
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  button.hidden = false;
  tell();
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(root.dataset.theme || "auto") + 1) % ORDER.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${next}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    tell();
  });
}
