// Short messages. HX-Trigger: {"toast": {"text": "...", "tone": "error", "undo": "/url"}}
import { all } from "./on.js";

const region = () => document.querySelector(".toasts");
export const say = (key) => region()?.dataset[key] ?? "";

const leave = (message) => {
  const { tone, undo } = message.dataset;
  const long = undo || message.querySelector("a, button");
  if (tone !== "error") setTimeout(() => message.remove(), long ? 10000 : 5000);
};

const button = (text) => {
  const element = document.createElement("button");
  element.className = "toast-b";
  element.textContent = text;
  return element;
};

// a modal dialog covers everything outside of it, so messages move into it, and out before it goes
const move = (parent) => {
  const home = region();
  if (home && home.parentElement !== parent) parent.append(home);
};
export const rescue = () => move(document.body);
document.addEventListener("htmx:beforeSwap", rescue);

export const toast = ({ text, tone = "", undo = "", url = "", link = "", press }) => {
  const home = region();
  if (!home || !text) return;
  move(all("dialog[open]").pop() ?? document.body);
  const message = document.createElement("div");
  message.className = `toast-m${tone ? ` toast-${tone}` : ""}`;
  message.dataset.tone = tone;
  message.append(text);
  if (url) {
    const element = document.createElement("a");
    element.className = "toast-b";
    element.href = url;
    element.textContent = link;
    message.append(element);
  }
  if (press) {
    const act = button(link);
    act.type = "button";
    act.addEventListener("click", () => {
      message.remove();
      press();
    });
    message.append(act);
  }
  if (undo) {
    message.dataset.undo = undo;
    const form = document.createElement("form");
    form.method = "post";
    form.action = undo;
    form.append(button(say("undo")));
    message.append(form);
  } else if (tone === "error") {
    const close = button(say("close"));
    close.type = "button";
    close.dataset.toastClose = "";
    message.append(close);
  }
  home.append(message);
  while (home.children.length > 3) home.firstElementChild.remove();
  leave(message);
};

document.addEventListener("toast", (event) => toast(event.detail));
document.addEventListener("click", (event) => {
  event.target.closest?.("[data-toast-close]")?.closest(".toast-m")?.remove();
});
all(".toast-m").forEach(leave);
