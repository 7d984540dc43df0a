// Sheets and dialogs: a link to ?sheet=name works without script; with script it opens in place.
import { all, on, ready } from "./on.js";
import { rescue, say } from "./toasts.js";

const show = (dialog) => {
  if (dialog.open) dialog.close("again");
  dialog.classList.remove("modal-here");
  dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid=true]");
  (wrong ?? dialog.querySelector("[autofocus]"))?.focus();
};

const shut = (dialog) => {
  if (dialog.dataset.dirty && !window.confirm(say("leave"))) return;
  delete dialog.dataset.dirty;
  dialog.close();
};

on("click", "[data-open]", (opener, event) => {
  const dialog = document.getElementById(opener.dataset.open);
  if (!dialog) return;
  event.preventDefault();
  show(dialog);
});
on("click", "dialog [data-close]", (closer, event) => {
  event.preventDefault();
  shut(closer.closest("dialog"));
});
on("click", "dialog.modal", (dialog, event) => {
  if (event.target === dialog) shut(dialog);
});
on("input", "dialog form", (form) => {
  form.closest("dialog").dataset.dirty = "1";
});
on("submit", "dialog form", (form) => {
  delete form.closest("dialog").dataset.dirty;
});
// cancel and close do not bubble: listen while they go down
on(
  "cancel",
  "dialog.modal",
  (dialog, event) => {
    event.preventDefault();
    shut(dialog);
  },
  true,
);
on(
  "close",
  "dialog.modal",
  (dialog) => {
    if (dialog.returnValue === "again") {
      dialog.returnValue = "";
      return;
    }
    if (dialog.querySelector(".toasts")) rescue();
    const { closeUrl } = dialog.dataset;
    if (closeUrl) {
      history.replaceState(history.state, "", closeUrl);
      delete dialog.dataset.closeUrl;
    }
    if (dialog.closest("#sheets")) dialog.remove();
  },
  true,
);
document.addEventListener("sheetClose", () => {
  for (const dialog of all("dialog[open]")) {
    delete dialog.dataset.dirty;
    dialog.close();
  }
});
ready((root) => {
  const sent = root.matches?.("dialog.modal-here") ? [root] : all("dialog.modal-here", root);
  sent.forEach(show);
});
// menus made of <details> close when the person goes elsewhere
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu-pop[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
on("keydown", "details.menu-pop[open]", (menu, event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
