// Single keys for people at a desk: "/" searches, data-key="f" clicks. Can be switched off (WCAG 2.1.4).
import { all, on } from "./on.js";

const off = () => {
  try {
    return localStorage.getItem("keys") === "off";
  } catch {
    return false;
  }
};
const tell = () => {
  for (const toggle of all("[data-keys-toggle]")) toggle.setAttribute("aria-pressed", String(!off()));
};
on("click", "[data-keys-toggle]", () => {
  try {
    localStorage.setItem("keys", off() ? "on" : "off");
  } catch {
    return;
  }
  tell();
});
tell();

const shown = (element) => element.offsetParent !== null;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Enter" && event.target.form?.closest("dialog")) {
      event.target.form.querySelector("[type=submit], button:not([type])")?.click();
    }
    return;
  }
  if (off() || event.repeat || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]")) return;
  const wanted = event.key === "/" ? "[data-search]" : `[data-key="${CSS.escape(event.key.toLowerCase())}"]`;
  const found = all(wanted).find(shown);
  if (!found) return;
  event.preventDefault();
  if (event.key === "/") found.focus();
  else found.click();
});
