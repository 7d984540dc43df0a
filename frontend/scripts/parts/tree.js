// Moving rows of ul[data-tree], by their grip: a row goes, with all below it, before, into or after
// the row that it is dropped on; on the grip itself, arrow keys do the same step by step.
import { all, on, ready } from "./on.js";
import { headers } from "./server.js";
import { say, toast } from "./toasts.js";

const EDGE = 72; // pixels from the window's edge where a drag begins to scroll
const HELD = "tree-moved"; // the row that has the focus again after the page came anew
const MARKS = ["drop-before", "drop-into", "drop-after"];

const depth = (row) => Number(row.dataset.depth);
const at = (row) => Number(row.dataset.at);
const rowsOf = (row) => all("[data-branch]", row.parentElement);
const withBelow = (rows, row) => {
  const from = rows.indexOf(row);
  const next = rows.findIndex((other, i) => i > from && depth(other) <= depth(row));
  return rows.slice(from, next < 0 ? rows.length : next);
};
const childrenOf = (rows, slug) => rows.filter((row) => row.dataset.parent === slug);

const put = async (row, { parent, place }) => {
  const body = new FormData();
  body.append("parent", parent);
  body.append("at", place);
  try {
    const sent = { method: "POST", body, headers: { ...headers(), "HX-Request": "true" } };
    const answer = await fetch(row.dataset.place, sent);
    if (!answer.ok) throw new Error(answer.status);
    const told = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
    if (told.toast?.tone === "error") return toast(told.toast);
    sessionStorage.setItem(HELD, JSON.stringify([row.dataset.branch, told.toast]));
    location.reload();
  } catch {
    toast({ text: say("failed"), tone: "error" });
  }
};

ready(() => {
  try {
    const [branch, told] = JSON.parse(sessionStorage.getItem(HELD) ?? "[]");
    sessionStorage.removeItem(HELD);
    const row = branch && document.querySelector(`[data-branch="${CSS.escape(branch)}"]`);
    row?.querySelector("[data-grip]").focus({ preventScroll: false });
    if (row) toast(told);
  } catch {
    // no storage: the page is right, only the focus is not where it was
  }
});

/** Return where a row lands that is dropped on `target`; places are counted without the row. */
const landing = (rows, row, target, how) => {
  const { parent, branch } = target.dataset;
  if (how === "into") {
    return { parent: branch, place: childrenOf(rows, branch).filter((one) => one !== row).length };
  }
  const before = row.dataset.parent === parent && at(row) < at(target) ? 1 : 0;
  return { parent, place: at(target) + (how === "after" ? 1 : 0) - before };
};

const drag = (grip, event) => {
  if (event.button > 0) return;
  const row = grip.closest("[data-branch]");
  const rows = rowsOf(row);
  const moved = withBelow(rows, row);
  const others = rows.filter((other) => !moved.includes(other));
  let target = null;
  let how = "";
  let y = event.clientY;
  let scrolling = 0;
  const clear = () => others.forEach((other) => other.classList.remove(...MARKS));
  const look = () => {
    clear();
    const last = others[others.length - 1];
    const under = others.find((other) => y < other.getBoundingClientRect().bottom);
    target = under ?? [...others].reverse().find((other) => depth(other) === 0);
    if (!target) return;
    const box = target.getBoundingClientRect();
    const part = under ? (y - box.top) / box.height : 1;
    // what is dropped on the lower edge of a row with children goes before the first of them
    const isOpen = under && childrenOf(others, target.dataset.branch).length > 0;
    how = part < 0.3 ? "before" : part > 0.7 && !isOpen ? "after" : "into";
    (under ?? last).classList.add(`drop-${how}`);
  };
  const scroll = () => {
    const by = y < EDGE ? -8 : y > innerHeight - EDGE ? 8 : 0;
    if (by) {
      scrollBy(0, by);
      look();
    }
    scrolling = requestAnimationFrame(scroll);
  };
  const move = ({ clientY }) => {
    y = clientY;
    look();
  };
  const end = (done) => {
    cancelAnimationFrame(scrolling);
    stop.abort();
    moved.forEach((one) => one.classList.remove("is-dragged"));
    clear();
    if (done && target) put(row, landing(rows, row, target, how));
  };
  const stop = new AbortController();
  const { signal } = stop;
  grip.setPointerCapture(event.pointerId);
  moved.forEach((one) => one.classList.add("is-dragged"));
  grip.addEventListener("pointermove", move, { signal });
  grip.addEventListener("pointerup", () => end(true), { signal });
  grip.addEventListener("pointercancel", () => end(false), { signal });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && end(false), { signal });
  scrolling = requestAnimationFrame(scroll);
};
on("pointerdown", "[data-grip]", drag);

/** Return where an arrow key takes a row: among its own, into the one above, out of its parent. */
const step = (rows, row, key) => {
  const { parent } = row.dataset;
  const beside = childrenOf(rows, parent);
  const above = beside[beside.indexOf(row) - 1];
  const over = rows.find((one) => one.dataset.branch === parent);
  if (key === "ArrowUp") return above && { parent, place: at(above) };
  if (key === "ArrowDown") {
    return beside.indexOf(row) < beside.length - 1 ? { parent, place: at(row) + 1 } : undefined;
  }
  if (key === "ArrowRight") return above && landing(rows, row, above, "into");
  return over && { parent: over.dataset.parent, place: at(over) + 1 };
};
on("keydown", "[data-grip]", (grip, event) => {
  if (!/^Arrow(Up|Down|Left|Right)$/.test(event.key)) return;
  event.preventDefault();
  const row = grip.closest("[data-branch]");
  const place = step(rowsOf(row), row, event.key);
  if (place) put(row, place);
});
