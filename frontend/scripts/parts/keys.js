// Keys for people at a desk, listed by "?". Can be switched off (WCAG 2.1.4).
import { all, on } from "./on.js";

const PAUSE = 70; // milliseconds: a scanner types faster, and its code must press nothing
const AFTER_G = 1500;
const ROWS = "#list tbody tr, #list .ocard, #list .stk-r, #live .bin";
let waiting;
let wentAt = 0;

const off = () => {
  try {
    return localStorage.getItem("keys") === "off";
  } catch {
    return false;
  }
};
const tell = () => {
  for (const toggle of all("[data-keys-toggle]")) toggle.setAttribute("aria-pressed", String(!off()));
  document.documentElement.classList.toggle("keys-off", off());
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
const first = (selector) => all(selector).find(shown);
const step = (by) => {
  const rows = all(ROWS).filter(shown);
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  next?.querySelector("a[href]")?.focus();
};
const choose = () => document.activeElement?.closest(ROWS)?.querySelector("[data-row]")?.click();

/** Return what a key does here, undefined where it does nothing. */
const act = (key) => {
  if (key === "/") return first("[data-search]") && (() => first("[data-search]").focus());
  if (key === "?") return () => document.getElementById("keys")?.showModal();
  if (Date.now() - wentAt < AFTER_G) {
    const place = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (place) return () => place.click();
  }
  if (key === "j") return () => step(1);
  if (key === "k") return () => step(-1);
  if (key === "x") return choose;
  const pressed = first(`[data-key="${CSS.escape(key)}"]`);
  if (!pressed) return undefined;
  // what moves money or cannot be undone takes the focus only: the person presses it
  return () => (pressed.matches("input, textarea, [data-key-focus]") ? pressed.focus() : pressed.click());
};

document.addEventListener("keydown", (event) => {
  clearTimeout(waiting);
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Enter" && event.target.form?.closest("dialog")) {
      event.target.form.querySelector("[type=submit], button:not([type])")?.click();
    }
    return;
  }
  if (off() || event.repeat || event.key.length !== 1) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "g") {
    wentAt = Date.now();
    return;
  }
  const wanted = act(event.key.toLowerCase());
  if (!wanted) return;
  event.preventDefault();
  waiting = setTimeout(wanted, PAUSE);
});
