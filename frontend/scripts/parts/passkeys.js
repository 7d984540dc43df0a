// form[data-passkey="create|get"][data-options=url]: ask the browser for a passkey, then post what it
// answers in the field "credential". All checks are the server's.
import { on } from "./on.js";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

const opened = (given) => {
  const options = { ...given, challenge: bytes(given.challenge) };
  if (given.user) options.user = { ...given.user, id: bytes(given.user.id) };
  if (given.excludeCredentials) options.excludeCredentials = named(given.excludeCredentials);
  if (given.allowCredentials) options.allowCredentials = named(given.allowCredentials);
  return options;
};

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
const written = (credential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: Object.fromEntries(
    PARTS.filter((part) => credential.response[part]).map((part) => [part, text(credential.response[part])]),
  ),
});

on("submit", "[data-passkey]", async (form, event) => {
  const field = form.elements.credential;
  if (field.value) return;
  event.preventDefault();
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
    const publicKey = opened((await answer.json()).publicKey);
    field.value = JSON.stringify(written(await navigator.credentials[form.dataset.passkey]({ publicKey })));
    form.submit();
  } catch {
    failed.hidden = false;
    failed.focus();
  } finally {
    form.removeAttribute("aria-busy");
  }
});
