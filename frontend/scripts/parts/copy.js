// data-copy="text": copy it and say so
import { on } from "./on.js";
import { say, toast } from "./toasts.js";

// in-app browsers and plain HTTP have no clipboard API
const byHand = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
};

on("click", "[data-copy]", async (button) => {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!byHand(text)) return;
  }
  toast({ text: say("copied") });
});
