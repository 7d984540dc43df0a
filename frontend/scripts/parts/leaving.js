// Who signs out, or is signed out by the shop, leaves nothing of its orders in this browser.
import { on } from "./on.js";

/** Forget the numbers of new orders and the pages that were kept for having no network. */
export const forget = () => {
  try {
    for (const key of ["pulse", "pulse-asked"]) localStorage.removeItem(key);
  } catch {
    // storage may be refused
  }
  const isKept = (key) => key.startsWith("console-pages-");
  globalThis.caches?.keys().then((keys) => keys.filter(isKept).forEach((key) => caches.delete(key))).catch(() => {});
};

on("submit", "[data-sign-out]", forget);
// where the shop ended the session, its next answer leads to such a page, or says so
if (document.querySelector("[data-signed-out]")) forget();
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status === 401) forget();
});
