// Without a network: the worker that keeps the last pages, and what such a page may still do.
import { all } from "./on.js";
import { say } from "./toasts.js";

const root = document.documentElement;
const { worker, scope } = document.body.dataset;
if (worker && navigator.serviceWorker) {
  addEventListener("load", () => navigator.serviceWorker.register(worker, { scope }).catch(() => {}));
}

const two = (number) => String(number).padStart(2, "0");
const { stale } = root.dataset;
if (stale !== undefined) {
  const at = new Date(stale);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const day = at.toDateString() === new Date().toDateString() ? "" : `${at.getMonth() + 1}-${at.getDate()} `;
  for (const bar of all(".offline")) {
    bar.textContent = say("stale").replace("{at}", stale ? day + time : "–");
    bar.hidden = false;
  }
  for (const act of all("main :is(button, input, select, textarea), .dock button")) act.disabled = true;
  for (const link of all("main :is(a.btn, a[hx-get])")) {
    link.removeAttribute("href");
    link.removeAttribute("hx-get");
    link.setAttribute("aria-disabled", "true");
  }
  // who is on the way to another page is not called back
  let isLeaving = false;
  addEventListener("beforeunload", () => (isLeaving = true));
  const renew = () => isLeaving || location.reload();
  addEventListener("online", renew);
  document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && renew());
}
