import "./app.js";
import "./parts/address.js";
import "./parts/bridge.js";
import "./parts/cart.js";
import "./parts/gallery.js";
import "./parts/queue.js";
import "./parts/sku.js";
