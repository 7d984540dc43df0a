// Talking to the server: the CSRF header comes from the cookie, since pages carry no token.
import { cookie } from "./on.js";
import { say, toast } from "./toasts.js";

export const headers = () => {
  const token = cookie("csrftoken");
  return token ? { "X-CSRFToken": token } : {};
};

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") Object.assign(event.detail.headers, headers());
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  const key = { 401: "login", 403: "forbidden", 409: "conflict", 429: "busy", 503: "busy" }[status];
  toast({ text: say(key ?? "failed"), tone: "error" });
});
const online = (is) => {
  for (const bar of document.querySelectorAll(".offline")) bar.hidden = is;
};
document.addEventListener("htmx:sendError", () => online(false));
document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && online(true));
addEventListener("online", () => online(true));
addEventListener("offline", () => online(false));
if (window.Idiomorph) window.Idiomorph.defaults.ignoreActiveValue = true;
