// Runs before the first paint of every page, so that a dark choice does not flash white.
// The choice is a cookie, for the server knows it, too; pages that are kept for all know only this.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const usual = root.classList.contains("is-console") ? "system" : "light";
  const paint = () => {
    if (root.classList.contains("is-paper")) return; // paper is light
    const choice = /(?:^|; )theme=(light|dark|system)(?:;|$)/.exec(document.cookie)?.[1] ?? usual;
    root.dataset.choice = choice;
    root.dataset.theme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
  };
  paint();
  system.addEventListener("change", paint);
  root.addEventListener("themechosen", paint);
  root.classList.add("js");
}
