// Lists: choosing rows (table and cards show the same rows twice), bulk bar, quiet refresh.
import { all, on } from "./on.js";

const rows = () => all("[data-row]");
const tell = () => {
  const chosen = new Set(rows().filter((box) => box.checked).map((box) => box.value));
  const every = new Set(rows().map((box) => box.value));
  for (const box of rows()) box.closest("tr, .ocard")?.classList.toggle("is-sel", box.checked);
  for (const box of all("[data-all]")) {
    box.checked = chosen.size > 0 && chosen.size === every.size;
    box.indeterminate = chosen.size > 0 && chosen.size < every.size;
  }
  for (const bar of all("[data-bulk]")) bar.hidden = !chosen.size;
  for (const note of all("[data-every]")) note.hidden = !chosen.size || chosen.size < every.size;
  for (const count of all("[data-bulk-count]")) count.textContent = chosen.size;
};
on("change", "[data-row]", (box) => {
  for (const other of rows()) if (other.value === box.value) other.checked = box.checked;
  tell();
});
on("change", "[data-all]", (box) => {
  for (const row of rows()) row.checked = box.checked;
  tell();
});
on("click", "[data-bulk-clear]", () => {
  for (const row of rows()) row.checked = false;
  tell();
});
document.addEventListener("htmx:afterSettle", tell);
addEventListener("pageshow", tell);

// data-refresh="20" with hx-trigger="refresh": only while looked at, never under a person's hands
const due = new WeakMap();
setInterval(() => {
  if (document.hidden) return;
  for (const element of all("[data-refresh]")) {
    const hands = element.contains(document.activeElement) || element.querySelector("[data-row]:checked");
    const since = Date.now() - (due.get(element) ?? performance.timeOrigin);
    if (hands || since < Number(element.dataset.refresh) * 1000) continue;
    due.set(element, Date.now());
    element.dispatchEvent(new Event("refresh"));
  }
}, 1000);
