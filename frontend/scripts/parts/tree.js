// Dragging rows of ul[data-tree] by their grip: a row goes, with all below it, before the one that it
// is dropped on and gets its parent. Every row has buttons that do the same.
import { all, on } from "./on.js";
import { headers } from "./server.js";
import { say, toast } from "./toasts.js";

const depth = (row) => Number(row.dataset.depth);
const withBelow = (rows, row) => {
  const from = rows.indexOf(row);
  const next = rows.findIndex((other, i) => i > from && depth(other) <= depth(row));
  return rows.slice(from, next < 0 ? rows.length : next);
};

const put = async (row, target, after) => {
  const body = new FormData();
  const { parent, at } = target.dataset;
  const own = row.dataset.parent === parent && Number(row.dataset.at) < Number(at);
  body.append("parent", parent);
  body.append("at", Number(at) + (after ? 1 : 0) - (own ? 1 : 0));
  try {
    const sent = { method: "POST", body, headers: { ...headers(), "HX-Request": "true" } };
    const answer = await fetch(row.dataset.place, sent);
    if (!answer.ok) throw new Error(answer.status);
    const told = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
    if (told.toast?.tone === "error") toast(told.toast);
    else location.reload();
  } catch {
    toast({ text: say("failed"), tone: "error" });
  }
};

const drag = (grip, event) => {
  const row = grip.closest("[data-branch]");
  const rows = all("[data-branch]", row.parentElement);
  const moved = withBelow(rows, row);
  const others = rows.filter((other) => !moved.includes(other));
  let target = null;
  let after = false;
  const clear = () => others.forEach((other) => other.classList.remove("drop-before", "drop-after"));
  const move = ({ clientY }) => {
    const last = others[others.length - 1];
    target = others.find((other) => clientY < other.getBoundingClientRect().bottom) ?? last;
    after = target === last && clientY >= last.getBoundingClientRect().bottom - 4;
    clear();
    target?.classList.add(after ? "drop-after" : "drop-before");
  };
  const end = (done) => {
    grip.removeEventListener("pointermove", move);
    moved.forEach((one) => one.classList.remove("is-dragged"));
    clear();
    if (done && target) put(row, target, after);
  };
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  moved.forEach((one) => one.classList.add("is-dragged"));
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", () => end(true), { once: true });
  grip.addEventListener("pointercancel", () => end(false), { once: true });
};
on("pointerdown", "[data-grip]", drag);
