// Printing the page as it stands: a real button, since browsers have no link for it.
import { on } from "./on.js";

on("click", "[data-print]", () => window.print());
