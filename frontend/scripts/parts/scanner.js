// A hardware scanner types fast and ends with Enter: its code goes to the field marked data-scan.
// Where a page has none, the console looks for what the code names, unless a person is at a field.
import { submit } from "./on.js";

const PAUSE = 50; // milliseconds between two characters of one scan
const LEAST = 6;
let typed = "";
let last = 0;
let place = null;
let before = "";

const fill = (field, code) => {
  if (place && place !== field) place.value = before;
  field.value = code;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  if (field.dataset.scan === "submit") submit(field.form);
  else field.focus();
};

/** Return what takes a scan here, null where the keys go on as they are. */
const taker = () => {
  const sheet = document.querySelector("dialog[open]");
  const field = (sheet ?? document).querySelector("[data-scan]") ?? document.querySelector("[data-scan]");
  if (field) return (code) => fill(field, code);
  const find = document.body.dataset.find;
  if (!find || sheet || (place && !place.matches("[data-search]"))) return null;
  return (code) => location.assign(`${find}?q=${encodeURIComponent(code)}`);
};

document.addEventListener(
  "keydown",
  (event) => {
    const fast = event.timeStamp - last <= PAUSE;
    last = event.timeStamp;
    if (event.key === "Enter" && fast && typed.length >= LEAST) {
      const take = taker();
      const code = typed;
      typed = "";
      if (!take) return;
      event.preventDefault();
      event.stopPropagation();
      take(code);
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
