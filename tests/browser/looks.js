// What is wrong with how a page stands in its window: run by tests/browser/test_every_page.py.
(() => {
  const name = (one) => one.tagName.toLowerCase() + (one.id ? `#${one.id}` : [".", ...one.classList].slice(0, 3).join(" "));
  const named = (one) => `${name(one)} "${(one.getAttribute("aria-label") || one.textContent || one.name || "").trim().slice(0, 30)}"`;
  const shown = (one) => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const isForScreenReaders = (one) => one.closest(".sr-only, .skip, select, option, svg, script, noscript, caption");

  const clips = (style) => ["hidden", "clip"].includes(style.overflowX);
  const isCutOnPurpose = (style) => style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";

  /** Return why this text can't be read whole, "" where it can. */
  const cut = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (!text.width || node.parentElement.getBoundingClientRect().width <= 1) return "";
    for (let one = node.parentElement; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (isCutOnPurpose(style)) return "";
      if (["auto", "scroll"].includes(style.overflowX)) return "";
      const box = one.getBoundingClientRect();
      if (box.width <= 1) return ""; // for screen readers at this width
      const sides = text.right > box.right + 1 || text.left < box.left - 1;
      if (sides && clips(style)) return `cut by ${name(one)}`;
      if (sides && one.matches(".btn, .bb, .badge, .chip, .tag, .tab, .card, button, .count, .pin")) return `wider than ${name(one)}`;
      if (style.overflowY === "hidden" && text.bottom > box.bottom + 2) return `cut below by ${name(one)}`;
      if (style.position === "fixed") break;
    }
    return text.right > innerWidth + 1 || text.left < -1 ? "outside the window" : "";
  };

  window.lookedAt = () => {
    const found = [];
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) found.push(`${wide} px too wide`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.trim() || isForScreenReaders(node.parentElement) || !shown(node.parentElement)) continue;
      const why = cut(node);
      if (why) found.push(`${why}: ${node.data.trim().slice(0, 30)}`);
    }
    return [...new Set(found)];
  };

  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const isStop = (one, home) => {
    if (one.disabled || one.closest("[inert]") || one.tabIndex < 0 || !home.contains(one)) return false;
    if (one.matches("input[type=radio]") && !one.checked) {
      const group = [...document.getElementsByName(one.name)].filter((other) => other.form === one.form);
      if (group.some((other) => other.checked) || group[0] !== one) return false;
    }
    return one.checkVisibility({ checkVisibilityCSS: true });
  };
  const isHidden = (one) => {
    const box = (one.labels?.[0] && one.getBoundingClientRect().width <= 2 ? one.labels[0] : one).getBoundingClientRect();
    if (!box.width || !box.height) return false;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const label = one.labels?.[0];
    return !(top && (one.contains(top) || top.contains(one) || label?.contains(top)));
  };

  let walking = new AbortController();

  /** Begin a walk by Tab of a part; `stops()` tells what was not reached, or reached and covered. */
  window.walk = (part) => {
    walking.abort();
    walking = new AbortController();
    const home = document.querySelector("dialog:modal") ?? document.querySelector(part) ?? document.body;
    const wanted = new Set([...home.querySelectorAll(CONTROLS)].filter((one) => isStop(one, home)));
    const count = wanted.size;
    const covered = [];
    document.addEventListener("focusin", (event) => {
      const first = wanted.delete(event.target);
      event.target.scrollIntoView({ block: "nearest", inline: "nearest" }); // as focus does next
      if (first && isHidden(event.target)) covered.push(`covered: ${named(event.target)}`);
    }, { signal: walking.signal });
    document.activeElement?.blur();
    getSelection().collapse(home, 0); // where the next Tab begins
    if (home.matches("main")) home.focus({ preventScroll: true });
    scrollTo(0, 0);
    window.stops = () => ({ left: [...wanted].map(named), covered });
    return count;
  };
})();
