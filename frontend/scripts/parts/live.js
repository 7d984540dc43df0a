// New paid orders: one tab of this browser asks a tiny address every few seconds, all tabs show it.
import { forget } from "./leaving.js";
import { all, on } from "./on.js";
import { play } from "./sound.js";
import { say, toast } from "./toasts.js";

const EVERY = 4000;
const HIDDEN = 20000; // nobody looks: only the sound and the title can tell
const MOST = 200; // numbers that are remembered
const address = document.body.dataset.pulse;
const title = document.title;
let wait = EVERY;
let timer;

const stored = (key, fallback) => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
};
const store = (key, value) => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // storage may be refused: then this tab asks by itself and remembers for its page only
    local[key] = value;
  }
};
const local = {};
const read = (key, fallback) => stored(key, local[key] ?? fallback);
// {after: the moment to ask from, known: numbers told before, fresh: numbers not looked at yet}
const state = () => read("pulse", { after: "", known: [], fresh: [] });

const show = ({ fresh, waiting }) => {
  document.title = fresh.length ? `(${fresh.length}) ${title}` : title;
  for (const count of all("[data-waiting]")) {
    if (waiting !== undefined) {
      count.textContent = waiting.toLocaleString("en");
      count.hidden = !waiting;
    }
    count.classList.toggle("count-bad", count.matches(".count") && fresh.length > 0);
  }
  for (const bar of all("[data-fresh]")) {
    bar.hidden = !fresh.length;
    const text = bar.querySelector("[data-fresh-text]");
    if (text) text.textContent = words(fresh.length, fresh[0]);
  }
};
const words = (count, number = "") =>
  count === 1
    ? say("freshOne").replace("{tail}", number.slice(-6))
    : say("freshMany").replace("{n}", count);

// what shows orders fetches itself anew, unless a person is at it
const renew = () => {
  for (const part of all("[data-live]")) {
    if (!part.contains(document.activeElement)) part.dispatchEvent(new Event("refresh"));
  }
};

const tell = (found) => {
  const first = found[0];
  const url = found.length === 1 ? `${address.replace("pulse/", "orders/")}${first.number}/` : "";
  toast({ text: words(found.length, first.number), url, link: say("freshLook") });
  renew();
};

const take = (answer) => {
  const old = state();
  const found = answer.orders.filter((one) => !old.known.includes(one.number));
  if (!found.length && old.after === answer.after) return;
  const numbers = found.map((one) => one.number);
  const now = {
    after: answer.after,
    known: [...numbers, ...old.known].slice(0, MOST),
    fresh: [...numbers, ...old.fresh].slice(0, MOST),
    waiting: answer.waiting,
    last: found,
  };
  store("pulse", now);
  if (!found.length) return;
  show(now);
  tell(found);
  play();
};

const ask = async () => {
  const every = document.hidden ? HIDDEN : wait;
  // another tab has just asked: it tells this one through the storage
  const since = Date.now() - read("pulse-asked", 0);
  if (since >= 0 && since < every - 500) return later(every - since);
  store("pulse-asked", Date.now());
  try {
    const answer = await fetch(`${address}?after=${state().after}`, { headers: { "HX-Request": "true" } });
    if (answer.status === 401 || answer.status === 403) return leave();
    if (answer.status === 200) take(await answer.json());
    wait = answer.ok ? EVERY : Math.min(wait * 2, 60000);
  } catch {
    wait = Math.min(wait * 2, 60000);
  }
  later();
};
// signed out, or no longer one who sees orders
const leave = () => {
  forget();
  delete local.pulse;
  show({ fresh: [] });
};
const later = (pause = document.hidden ? HIDDEN : wait) => {
  clearTimeout(timer);
  timer = setTimeout(ask, pause);
};

// who has the list before them, or the order itself, has seen what is new
const looked = () => {
  const now = state();
  const isList = document.querySelector("[data-fresh-seen]");
  const fresh = isList ? [] : now.fresh.filter((number) => !location.pathname.includes(number));
  if (fresh.length < now.fresh.length) store("pulse", { ...now, fresh, last: [] });
  show({ fresh });
};

if (address) {
  looked();
  addEventListener("storage", (event) => {
    if (event.key !== "pulse") return;
    const now = state();
    show(now); // nothing, where another tab was told that the session ended
    if (now.last?.length && now.fresh.length && !document.hidden) tell(now.last);
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
  addEventListener("online", () => ask());
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "list") looked();
  });
  on("click", "[data-fresh-show]", () => {
    document.body.dispatchEvent(new Event("orderChanged"));
  });
  ask();
}
