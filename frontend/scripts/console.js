import "./app.js";
import "./parts/install.js";
import "./parts/keys.js";
import "./parts/live.js";
import "./parts/print.js";
import "./parts/rows.js";
import "./parts/scanner.js";
