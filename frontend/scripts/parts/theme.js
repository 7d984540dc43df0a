// Light or dark, remembered on this device
import { on } from "./on.js";

on("click", "[data-theme-toggle]", () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // storage may be refused; then the choice lasts for this page
  }
});
