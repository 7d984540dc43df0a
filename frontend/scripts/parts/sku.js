// Choosing a SKU. The form names a json_script with data-sku="its-id":
// {"symbol": "¥", "digits": 2, "skus": [{"sku", "options": ["红", "大"], "price_minor", "market_minor",
//  "available", "image"}]}. Radios: name o0, o1, … in the order of `options`.
import { all, on, ready } from "./on.js";

const FEW = 10; // from here down data-few tells how many there are

const chosen = (form) => {
  const values = [];
  for (const radio of all("[data-option]:checked", form)) {
    values[Number(radio.dataset.option)] = radio.value;
  }
  return values;
};
const fits = (sku, values) => values.every((value, i) => value === undefined || sku.options[i] === value);

const priced = (minor, { symbol, digits }) => {
  const major = String(Math.floor(minor / 10 ** digits)).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = digits ? `.${String(minor % 10 ** digits).padStart(digits, "0")}` : "";
  return [symbol, major, rest];
};

const putPrice = (element, minor, data) => {
  element.hidden = minor == null;
  if (minor == null) return;
  const [symbol, major, rest] = priced(minor, data);
  if (element.matches("del, [data-plain]")) {
    element.textContent = symbol + major + rest;
    return;
  }
  const small = (text) => Object.assign(document.createElement("small"), { textContent: text });
  element.replaceChildren(small(symbol), major, small(rest));
};

const mark = (form, data, values) => {
  for (const radio of all("[data-option]", form)) {
    const place = Number(radio.dataset.option);
    const sellable = data.skus.filter((sku) => sku.options[place] === radio.value && sku.available > 0);
    const others = values.map((value, i) => (i === place ? undefined : value));
    radio.disabled = !sellable.length;
    // sold in another combination: choosing it moves the other groups
    radio.parentElement.classList.toggle(
      "sku-far",
      sellable.length > 0 && !sellable.some((sku) => fits(sku, others)),
    );
  }
};

const show = (form, data, sku, values) => {
  const put = (name, act) => all(`[data-sku-${name}]`).forEach(act);
  const input = form.querySelector("input[name=sku]");
  if (input) input.value = sku?.sku ?? "";
  put("submit", (button) => (button.disabled = !sku || sku.available < 1));
  put("chosen", (element) => (element.textContent = values.filter(Boolean).join(" · ")));
  put("stock", (element) => {
    const { some, few, none } = element.dataset;
    const text = few && sku?.available <= FEW ? few : some;
    element.textContent = sku?.available > 0 ? text.replace("{n}", sku.available) : none;
  });
  if (!sku) return;
  put("price", (element) => putPrice(element, sku.price_minor, data));
  put("market", (element) => putPrice(element, sku.market_minor, data));
  if (sku.image) put("image", (picture) => (picture.src = sku.image));
  for (const quantity of all("[data-qty] input", form)) {
    quantity.max = Math.max(1, sku.available);
    quantity.dispatchEvent(new Event("change", { bubbles: true }));
  }
};

const update = (form, moved) => {
  const data = JSON.parse(document.getElementById(form.dataset.sku).textContent);
  let values = chosen(form);
  const sold = data.skus.filter((sku) => sku.available > 0);
  if (moved && !sold.some((sku) => fits(sku, values))) {
    const place = Number(moved.dataset.option);
    const near = (sku) => sku.options.filter((value, i) => value === values[i]).length;
    const target = sold
      .filter((sku) => sku.options[place] === moved.value)
      .sort((a, b) => near(b) - near(a))[0];
    if (target) {
      for (const radio of all("[data-option]", form)) {
        radio.checked = target.options[Number(radio.dataset.option)] === radio.value;
      }
      values = chosen(form);
    }
  }
  mark(form, data, values);
  const whole = data.skus.filter((sku) => fits(sku, sku.options.map((_, i) => values[i] ?? null)));
  show(form, data, whole[0], values);
};

on("change", "[data-option]", (radio) => update(radio.form, radio));
ready((root) => all("form[data-sku]", root).forEach((form) => update(form)));
