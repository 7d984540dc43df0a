// Countdowns that trust the server's clock, and pages that wait for the server.
import { all, ready } from "./on.js";

const two = (number) => String(number).padStart(2, "0");
const text = (seconds) => {
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map(two);
  const hours = Math.floor(seconds / 3600);
  return (hours ? [two(hours), ...parts] : parts).join(":");
};

const count = (element) => {
  const { countdown, now, over, reload } = element.dataset;
  const ahead = now ? Date.now() - Date.parse(now) : 0;
  const ends = Date.parse(countdown) + ahead;
  let ran = false;
  const tick = () => {
    if (!element.isConnected) return;
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    element.textContent = left || !over ? text(left) : over;
    if (left) {
      ran = true;
      setTimeout(tick, 1000);
    } else if (reload !== undefined) {
      setTimeout(() => location.reload(), ran ? 0 : 5000); // over before, and the server is late
    }
  };
  tick();
};

const poll = (element) => {
  let wait = Number(element.dataset.every || 2000);
  const ask = async () => {
    if (!element.isConnected) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const answer = await fetch(element.dataset.poll, { headers: { Accept: "application/json" } });
      if (answer.redirected) {
        location.assign(answer.url);
        return;
      }
      const type = answer.headers.get("Content-Type") ?? "";
      const found = answer.ok && type.includes("json") ? await answer.json() : {};
      if (found.url) {
        location.assign(found.url);
        return;
      }
      if (!answer.ok) wait = Math.min(wait * 2, 15000);
    } catch {
      wait = Math.min(wait * 2, 15000);
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
};

const once = (root, key, act) => {
  const attribute = `data-${key}`;
  const found = all(`[${attribute}]`, root);
  if (root.matches?.(`[${attribute}]`)) found.push(root);
  for (const element of found) {
    if (element[`is-${key}`]) continue;
    element[`is-${key}`] = true;
    act(element);
  }
};
ready((root) => {
  once(root, "countdown", count);
  once(root, "poll", poll);
});
