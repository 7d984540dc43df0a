// One delegated listener per behaviour: works for what htmx swaps in later, needs nothing inline.
export const on = (type, selector, act, options) =>
  document.addEventListener(
    type,
    (event) => {
      const element = event.target.closest?.(selector);
      if (element) act(element, event);
    },
    options,
  );

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export const cookie = (name) =>
  document.cookie
    .split("; ")
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? "";

export const ready = (act) => {
  act(document);
  document.addEventListener("htmx:load", (event) => act(event.detail.elt));
};

// Safari below 16 has no requestSubmit(); a click on the button does the same.
export const submit = (form) =>
  form.requestSubmit ? form.requestSubmit() : form.querySelector("[type=submit]")?.click();
