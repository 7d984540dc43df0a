// Pasted address: data-parse="/url" on the button, the text in the form's [data-parse-text],
// answers {field: value, …, confidence: {field: 0–1}} go to the form's [data-fill=field].
import { all, on } from "./on.js";
import { headers } from "./server.js";

const put = (field, value, sure) => {
  if (field.matches("select") && ![...field.options].some((option) => option.value === value)) {
    field.add(new Option(value, value));
  }
  field.value = value;
  field.classList.toggle("is-unsure", !sure);
  field.dispatchEvent(new Event("change", { bubbles: true }));
};

const parse = async (button) => {
  const { form } = button;
  const text = form.querySelector("[data-parse-text]").value.trim();
  const status = form.querySelector("[data-parse-status]");
  if (!text) return;
  const body = new FormData();
  body.append("text", text);
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.dataset.parse, { method: "POST", body, headers: headers() });
    if (!answer.ok) throw new Error(answer.status);
    const found = await answer.json();
    // a page part asked for before would come back with the fields empty
    form.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: { elt: form } }));
    for (const field of all("[data-fill]", form)) {
      const name = field.dataset.fill;
      if (found[name]) put(field, found[name], (found.confidence?.[name] ?? 1) >= 0.8);
    }
    if (status) status.textContent = status.dataset.done;
  } catch {
    if (status) status.textContent = status.dataset.failed;
  } finally {
    button.removeAttribute("aria-busy");
  }
};

on("click", "[data-parse]", (button, event) => {
  event.preventDefault();
  parse(button);
});
on("paste", "[data-parse-text]", (area) => {
  const button = area.form.querySelector("[data-parse]");
  if (button) setTimeout(() => parse(button));
});
on("input", ".is-unsure", (field) => field.classList.remove("is-unsure"));
