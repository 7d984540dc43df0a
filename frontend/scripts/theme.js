// Runs before the first paint of every page, so that a dark choice does not flash white.
{
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // storage may be refused
  }
  const root = document.documentElement;
  if (!theme && root.classList.contains("is-console") && matchMedia("(prefers-color-scheme: dark)").matches) {
    theme = "dark";
  }
  if (theme) root.dataset.theme = theme;
  root.classList.add("js");
}
