// What both faces need
import "./parts/toasts.js";
import "./parts/server.js";
import "./parts/dialogs.js";
import "./parts/forms.js";
import "./parts/copy.js";
import "./parts/offline.js";
import "./parts/theme.js";
import "./parts/time.js";
