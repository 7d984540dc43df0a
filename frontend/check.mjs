// What reviews would miss: bundle budgets, colours of old browsers, markup that the CSP blocks.
// Run after a build: npm run check
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { namedIcons } from "./icons.mjs";

const OUT = "src/zhanggui/web/static/dist";
const TEMPLATES = "src/zhanggui/web/templates";
const KB = 1024;
const SHARED = ["htmx.min.js", "idiomorph-ext.min.js", "theme.js"];
const BUDGETS = [
  ["store: CSS and scripts of the first view", ["store.css", "store.js", ...SHARED], 60 * KB],
  ["store: own scripts", ["store.js", "theme.js"], 6 * KB],
  ["the service worker, as it is", ["sw.js"], 3 * KB],
  ["console: first view", ["console.css", "console.js", "icons-console.svg", ...SHARED], 70 * KB],
];
const FORBIDDEN = [
  [/\sstyle\s*=/i, "style attribute"],
  [/\son(?!e=)[a-z]+\s*=/i, "event attribute"],
  [/<script(?![^>]*\bsrc=)[^>]*>/i, "inline script"],
  [/<style\b/i, "inline style sheet"],
  [/\b(?:data-)?hx-on\b/i, "hx-on"],
  [/["'\s]js:|javascript:/i, "js: value"],
  [/hx-trigger="[^"]*\[/i, "trigger filter"],
  [/morph:\{/i, "morph:{…}"],
];
const problems = [];

function files(folder, ending) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file))
    .sort();
}

function checkBudgets() {
  for (const [what, names, budget] of BUDGETS) {
    const size = names.reduce((sum, name) => sum + gzipSync(fs.readFileSync(`${OUT}/${name}`), { level: 9 }).length, 0);
    console.log(`${(size / KB).toFixed(1).padStart(6)} of ${budget / KB} KB gz  ${what}`);
    if (size > budget) problems.push(`${what}: ${size} bytes gz, ${budget} allowed`);
  }
}

function checkColours() {
  for (const face of ["console", "store"]) {
    const css = fs.readFileSync(`${OUT}/${face}.css`, "utf8");
    const plain = css.replace(/@supports[^{]*color-mix[^{]*\{(?:[^{}]|\{[^{}]*\})*\}/g, "");
    const found = plain.match(/(?:oklch|oklab|color-mix)\([^)]*\)/);
    if (found) problems.push(`${face}.css: ${found[0]} outside @supports`);
    const moved = plain.match(/[;{](?:rotate|scale|translate):[^;}]*/);
    if (moved) problems.push(`${face}.css: ${moved[0].slice(1)} is unknown to Chromium below 104`);
  }
}

function checkTemplates() {
  for (const file of files(TEMPLATES, ".html")) {
    fs.readFileSync(file, "utf8")
      .replace(/\{#.*?#\}/g, "")
      .split("\n")
      .forEach((line, i) => {
        for (const [pattern, name] of FORBIDDEN) {
          if (pattern.test(line)) problems.push(`${file}:${i + 1}: ${name}`);
        }
      });
  }
}

function checkIcons() {
  for (const [face, names] of Object.entries(namedIcons())) {
    const sprite = fs.readFileSync(`${OUT}/icons-${face}.svg`, "utf8");
    for (const [name, file] of names) {
      if (!sprite.includes(`<symbol id="${name}"`)) problems.push(`${file}: icon ${name} is not in icons-${face}.svg`);
    }
  }
}

if (!fs.existsSync(`${OUT}/store.css`)) {
  console.error("Nothing is built: run npm run build first.");
  process.exit(1);
}
checkBudgets();
checkColours();
checkTemplates();
checkIcons();
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
