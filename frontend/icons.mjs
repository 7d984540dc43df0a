// Builds the icon sprites: only icons that templates or Python name, one sprite per face.
import fs from "node:fs";
import path from "node:path";

const SOURCE = "node_modules/@tabler/icons/icons";
const WEB = "src/zhanggui/web";
// {% icon "name" %}, icon="name" in includes and calls; in Python also "icon": "name" and icon(context, "name")
const NAME = "[\"']([a-z0-9-]+)[\"']";
const NAMES = new RegExp(
  [`\\{%\\s*icon\\s+${NAME}`, `\\bicon=${NAME}`, `["']icon["']:\\s*${NAME}`, `\\bicon\\(context, ${NAME}`].join("|"),
  "g",
);

const faceOf = (file) => {
  if (/\/(templates\/)?console\//.test(file)) return "console";
  if (/\/(templates\/store|storefront)\//.test(file)) return "store";
  return "both";
};

/** Return {console: Map(name → file that names it), store: …}. */
export function namedIcons() {
  const found = { console: new Map(), store: new Map() };
  for (const file of fs.readdirSync(WEB, { recursive: true }).sort()) {
    const whole = path.posix.join(WEB, file.split(path.sep).join("/"));
    if (!/\.(html|py)$/.test(whole)) continue;
    const face = faceOf(whole);
    for (const match of fs.readFileSync(whole, "utf8").matchAll(NAMES)) {
      const name = match.slice(1).find(Boolean);
      for (const key of Object.keys(found)) {
        if (face === "both" || face === key) found[key].set(name, whole);
      }
    }
  }
  return found;
}

/** The drawing of one icon as a <symbol>, or null when there is no such icon. `x-filled` is drawn filled. */
function symbol(name) {
  const filled = name.endsWith("-filled");
  const file = filled ? `filled/${name.slice(0, -7)}.svg` : `outline/${name}.svg`;
  if (!fs.existsSync(`${SOURCE}/${file}`)) return null;
  const body = fs
    .readFileSync(`${SOURCE}/${file}`, "utf8")
    .replace(/<!--[\s\S]*?-->/g, "")
    .match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1]
    .replace(/\s*\n\s*/g, "")
    .replace(/<path stroke="none"[^>]*\/>/, "");
  const paint = filled
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`;
}

/** Write both sprites; throws with the file of every name that has no icon. */
export function writeSprites(out) {
  const missing = [];
  for (const [face, names] of Object.entries(namedIcons())) {
    const symbols = [...names.keys()].sort().map((name) => {
      const drawn = symbol(name);
      if (!drawn) missing.push(`${name} (${names.get(name)})`);
      return drawn ?? "";
    });
    const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
    fs.writeFileSync(`${out}/icons-${face}.svg`, sprite);
  }
  if (missing.length) throw new Error(`no such icon: ${[...new Set(missing)].join(", ")}`);
}
