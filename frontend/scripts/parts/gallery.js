// Pictures side by side: the strip scrolls by itself, script only counts and follows the small ones.
import { all, on } from "./on.js";

const tell = (strip) => {
  const home = strip.closest("[data-gallery]");
  const at = Math.round(strip.scrollLeft / strip.clientWidth);
  const number = home.querySelector("[data-gallery-at]");
  if (number) number.textContent = at + 1;
  all("[data-gallery-to]", home).forEach((small, i) => {
    if (i === at) small.setAttribute("aria-current", "true");
    else small.removeAttribute("aria-current");
  });
};
on("scroll", "[data-gallery-strip]", tell, { capture: true, passive: true });
on("click", "[data-gallery-to]", (small, event) => {
  event.preventDefault();
  const strip = small.closest("[data-gallery]").querySelector("[data-gallery-strip]");
  strip.scrollTo({ left: strip.clientWidth * Number(small.dataset.galleryTo), behavior: "smooth" });
});
