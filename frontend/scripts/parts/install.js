// The browser's offer to put the console on the home screen: passed on at the second visit, once.
import { say, toast } from "./toasts.js";

const known = (key) => {
  try {
    return Number(localStorage.getItem(key));
  } catch {
    return 0;
  }
};
const note = (key, value, storage = localStorage) => {
  try {
    storage.setItem(key, value);
  } catch {
    // storage may be refused: then it is the first visit each time
  }
};

const isNew = () => {
  try {
    return !sessionStorage.getItem("visit");
  } catch {
    return false;
  }
};
if (isNew()) {
  note("visits", known("visits") + 1);
  note("visit", 1, sessionStorage);
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  if (known("visits") < 2 || known("install-told")) return;
  note("install-told", 1);
  toast({ text: say("installText"), link: say("install"), press: () => event.prompt() });
});
