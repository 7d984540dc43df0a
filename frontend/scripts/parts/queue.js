// The waiting page of checkout: data-again="seconds" sends the form again until it is answered.
// The form carries its key, so that however often it is sent, there is one order.
import { all } from "./on.js";
import { headers } from "./server.js";

const later = (form) => {
  const seconds = Number(form.dataset.again) || 2;
  setTimeout(() => send(form), seconds * 1000 * (1 + Math.random() / 2)); // not all at once
};

const send = async (form) => {
  if (form.dataset.sent) return; // the person pressed the button
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: headers() });
    if (answer.redirected) return location.replace(answer.url);
    if (answer.status !== 503) return form.submit(); // the page with the reason
    form.dataset.again = answer.headers.get("Retry-After") ?? form.dataset.again;
  } catch {
    // no network: the page stays as it is and asks again
  }
  later(form);
};

all("form[data-again]").forEach(later);
