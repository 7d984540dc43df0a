// A block copied from a spreadsheet fills the cells of table[data-grid] from where it is pasted,
// to the right and down. What is no number or moment is left out, and its cell says so.
import { all, on } from "./on.js";
import { toast } from "./toasts.js";

const cells = (row) => all("input:not([type=hidden]):not([type=checkbox])", row);

const number = (text) => {
  const plain = text.normalize("NFKC").replace(/[\s,¥￥$]/g, "").replace(/(元|克|g)$/i, "");
  return /^\d*\.?\d+$|^\d+\.$/.test(plain) ? plain : null;
};
const moment = (text) => {
  const found = text.normalize("NFKC").match(/^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]*(\d{1,2})?:?(\d{2})?/);
  if (!found) return null;
  const [year, ...rest] = found.slice(1).map((part) => (part ?? "0").padStart(2, "0"));
  return `${year}-${rest[0]}-${rest[1]}T${rest[2]}:${rest[3]}`;
};
const read = (input, text) => {
  if (!text) return "";
  if (input.type === "datetime-local") return moment(text);
  return input.type === "number" || input.inputMode === "decimal" ? number(text) : text;
};

const tell = (input, text) => {
  const cell = input.closest("td");
  cell.querySelector("[data-grid-note]")?.remove();
  input.classList.toggle("is-unsure", Boolean(text));
  if (!text) return;
  const note = Object.assign(document.createElement("p"), { className: "f-err", textContent: text });
  note.dataset.gridNote = "";
  cell.append(note);
};

// cells with line breaks or quotes in them stand in quotes, as spreadsheets write them
const parsed = (text) => {
  const rows = [[""]];
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  let quoted = false;
  for (let i = 0; i < plain.length; i += 1) {
    const row = rows[rows.length - 1];
    const last = row.length - 1;
    if (plain[i] === '"' && (quoted || row[last] === "")) {
      if (quoted && plain[i + 1] === '"') row[last] += plain[(i += 1)];
      else quoted = !quoted;
    } else if (plain[i] === "\t" && !quoted) row.push("");
    else if (plain[i] === "\n" && !quoted) rows.push([""]);
    else row[last] += plain[i];
  }
  return rows.map((row) => row.map((value) => value.trim()));
};

const fill = (table, from, block) => {
  const rows = all("tbody tr", table).map(cells);
  const top = rows.findIndex((row) => row.includes(from));
  const left = rows[top].indexOf(from);
  let done = 0;
  let over = 0;
  block.forEach((values, y) =>
    values.forEach((text, x) => {
      const input = rows[top + y]?.[left + x];
      if (!input) {
        over += text ? 1 : 0;
        return;
      }
      const value = read(input, text);
      if (value === null) {
        tell(input, `${text}：${input.type === "datetime-local" ? table.dataset.sayMoment : table.dataset.sayNumber}`);
        return;
      }
      input.value = value;
      tell(input, "");
      input.dispatchEvent(new Event("input", { bubbles: true }));
      done += 1;
    }),
  );
  const { sayDone, sayOver } = table.dataset;
  const parts = [sayDone.replace("{n}", done), over ? sayOver.replace("{n}", over) : ""];
  toast({ text: parts.filter(Boolean).join(" "), tone: over ? "error" : "success" });
};

on("paste", "table[data-grid] input", (input, event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
  event.preventDefault();
  fill(input.closest("table"), input, parsed(text));
});
on("input", "table[data-grid] input", (input, event) => {
  if (event.isTrusted) tell(input, "");
});
