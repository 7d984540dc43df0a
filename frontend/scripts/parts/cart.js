// The number on the cart comes from a cookie: the pages themselves are the same for everybody.
import { all, cookie } from "./on.js";

const badge = () => {
  const pieces = Number(cookie("cart_count")) || 0;
  for (const pin of all("[data-cart-badge]")) {
    pin.hidden = !pieces;
    pin.textContent = pieces > 99 ? "99+" : pieces;
  }
};
addEventListener("pageshow", badge);
document.addEventListener("htmx:afterRequest", badge);
badge();
