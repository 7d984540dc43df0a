// The filters of a list, folded away on phones. Open is kept on the root: lists are swapped whole.
import { all, on } from "./on.js";

const root = document.documentElement;
const tell = () => {
  const open = root.classList.contains("filters-open");
  for (const button of all("[data-fold]")) button.setAttribute("aria-expanded", String(open));
};
on("click", "[data-fold]", (button) => {
  root.classList.toggle("filters-open");
  tell();
  if (button.getAttribute("aria-expanded") === "true") {
    document.getElementById(button.getAttribute("aria-controls"))?.querySelector("select, input")?.focus();
  }
});
document.addEventListener("htmx:afterSettle", tell);
