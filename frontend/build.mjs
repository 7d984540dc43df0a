// Builds what browsers get: node frontend/build.mjs [css|js|icons|copy|watch]; without a word everything.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import esbuild from "esbuild";
import { writeSprites } from "./icons.mjs";

const OUT = "src/zhanggui/web/static/dist";
const TAILWIND = "node_modules/@tailwindcss/cli/dist/index.mjs";
const FACES = ["console", "store"];
const cssArguments = (face) => [TAILWIND, "-i", `frontend/styles/${face}.css`, "-o", `${OUT}/${face}.css`];
const jsOptions = {
  entryPoints: ["console", "store", "theme", "sw"].map((name) => `frontend/scripts/${name}.js`),
  outdir: OUT,
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  target: ["chrome100", "safari15.4", "firefox100"],
  logLevel: "warning",
};

const steps = {
  css() {
    for (const face of FACES) {
      execFileSync(process.execPath, [...cssArguments(face), "--minify"], { stdio: ["ignore", "ignore", "pipe"] });
    }
  },
  js: () => esbuild.build(jsOptions),
  icons: () => writeSprites(OUT),
  copy() {
    fs.copyFileSync("node_modules/htmx.org/dist/htmx.min.js", `${OUT}/htmx.min.js`);
    fs.copyFileSync("node_modules/idiomorph/dist/idiomorph-ext.min.js", `${OUT}/idiomorph-ext.min.js`);
  },
};

async function watch() {
  steps.copy();
  steps.icons();
  const context = await esbuild.context(jsOptions);
  await context.watch();
  for (const face of FACES) {
    spawn(process.execPath, [...cssArguments(face), "--watch=always"], { stdio: "inherit" });
  }
  fs.watch("src/zhanggui/web", { recursive: true }, (_, file) => {
    if (!/\.(html|py)$/.test(file ?? "")) return;
    try {
      steps.icons();
    } catch (error) {
      console.error(error.message);
    }
  });
}

fs.mkdirSync(OUT, { recursive: true });
const wanted = process.argv[2];
if (wanted === "watch") await watch();
else for (const step of wanted ? [steps[wanted]] : Object.values(steps)) await step();
