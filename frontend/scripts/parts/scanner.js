// A hardware scanner types fast and ends with Enter: its code goes to the field marked data-scan.
import { submit } from "./on.js";

const PAUSE = 50; // milliseconds between two characters of one scan
const LEAST = 6;
let typed = "";
let last = 0;
let place = null;
let before = "";

document.addEventListener(
  "keydown",
  (event) => {
    const fast = event.timeStamp - last <= PAUSE;
    last = event.timeStamp;
    if (event.key === "Enter" && fast && typed.length >= LEAST) {
      const field = document.querySelector("dialog[open] [data-scan]") ?? document.querySelector("[data-scan]");
      const code = typed;
      typed = "";
      if (!field) return;
      event.preventDefault();
      event.stopPropagation();
      if (place && place !== field) place.value = before;
      field.value = code;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      if (field.dataset.scan === "submit") submit(field.form);
      else field.focus();
      return;
    }
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!fast) {
      typed = "";
      place = event.target.matches?.("input, textarea") ? event.target : null;
      before = place?.value ?? "";
    }
    typed += event.key;
  },
  true,
);
