// As the system is, light or dark: a cookie of this browser, read by theme.js and by the server.
import { all, on } from "./on.js";

const YEAR = 365 * 24 * 3600;
const root = document.documentElement;
const tell = () => {
  for (const button of all("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === root.dataset.choice));
  }
};

on("click", "[data-theme-choice]", (button) => {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${button.dataset.themeChoice}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  root.dispatchEvent(new Event("themechosen"));
  tell();
});
tell();
