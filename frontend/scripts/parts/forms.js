// Forms: one submit per click, busy buttons, quantity steppers, fields that submit themselves.
import { all, on, ready, submit } from "./on.js";

const busy = (button, is) => {
  if (!button) return;
  if (is) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
};

const release = (form) => {
  delete form.dataset.sent;
  for (const button of all("[data-held]", form)) {
    button.disabled = false;
    delete button.dataset.held;
    busy(button, false);
  }
};

// htmx has prevented the event when it sends the form itself, and then guards it with hx-sync
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-repeat")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter;
  busy(button, true);
  // only after the browser has read the form: a disabled button would not be sent
  setTimeout(() => {
    for (const other of all("button:not([type=button])", form)) {
      if (other.disabled) continue;
      other.disabled = true;
      other.dataset.held = "";
    }
  });
  setTimeout(() => release(form), 20000);
});
addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

// what a refused form says comes first, wherever on the page it stands
ready((root) => root.querySelector(".errors[tabindex]")?.focus());

const trigger = (event) => {
  const { elt, requestConfig } = event.detail;
  return requestConfig?.triggeringEvent?.submitter ?? (elt.matches("button") ? elt : null);
};
document.addEventListener("htmx:beforeRequest", (event) => busy(trigger(event), true));
document.addEventListener("htmx:afterRequest", (event) => busy(trigger(event), false));

// a list that takes its time says so, without moving
const SLOW = 300;
const loading = new WeakMap();
document.addEventListener("htmx:beforeRequest", ({ detail: { target, xhr } }) => {
  if (target?.id !== "list") return;
  const wait = setTimeout(() => document.getElementById("list")?.setAttribute("aria-busy", "true"), SLOW);
  loading.set(xhr, wait);
});
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (!loading.has(xhr)) return;
  clearTimeout(loading.get(xhr));
  document.getElementById("list")?.removeAttribute("aria-busy");
});

const clamp = (input) => {
  const least = Number(input.min || 1);
  const most = Number(input.max || 9999);
  const wanted = Math.trunc(Number(input.value)) || least;
  const value = Math.min(Math.max(wanted, least), most);
  const box = input.closest("[data-qty]");
  input.value = value;
  for (const button of all("[data-step]", box)) {
    const next = value + Number(button.dataset.step);
    button.disabled = next < least || next > most;
  }
  const note = document.getElementById(input.getAttribute("aria-describedby"));
  if (note && note.dataset.most) note.textContent = wanted > most ? note.dataset.most : "";
};
on("click", "[data-step]", (button) => {
  const input = button.closest("[data-qty]").querySelector("input");
  input.value = Number(input.value) + Number(button.dataset.step);
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
on("change", "[data-qty] input", clamp);

let waiting;
on("change", "[data-autosubmit]", (field) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => submit(field.form), field.closest("[data-qty]") ? 400 : 0);
});

// picture chosen: show it before it is sent
on("change", "input[type=file][data-preview]", (input) => {
  const home = document.getElementById(input.dataset.preview);
  home?.replaceChildren(
    ...[...input.files].map((file) => {
      const picture = new Image();
      picture.src = URL.createObjectURL(file);
      picture.alt = file.name;
      const tile = document.createElement("div");
      tile.className = "upl-t";
      tile.append(picture);
      return tile;
    }),
  );
});
