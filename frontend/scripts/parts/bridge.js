// Paying inside WeChat: its app is asked by the script that it gives to pages. What it answers is a
// hint; the result page asks the server.
import { all, on } from "./on.js";

const WAIT = 3000; // for WeChat's own script, which comes after ours
const box = document.querySelector("[data-bridge]");

const tell = (what) => {
  for (const one of all("[data-bridge-said]", box)) one.hidden = one.dataset.bridgeSaid !== what;
};

const bridge = () =>
  new Promise((found) => {
    if (window.WeixinJSBridge) return found(window.WeixinJSBridge);
    const timer = setTimeout(() => found(), WAIT);
    const ready = () => {
      clearTimeout(timer);
      found(window.WeixinJSBridge);
    };
    document.addEventListener("WeixinJSBridgeReady", ready, { once: true });
  });

const pay = async () => {
  tell("");
  const wechat = await bridge();
  if (!wechat) return tell("absent");
  wechat.invoke("getBrandWCPayRequest", JSON.parse(box.dataset.bridge), ({ err_msg: said = "" }) => {
    const what = said.split(":")[1];
    if (what === "ok") location.assign(box.dataset.done);
    else tell(what === "cancel" ? "cancel" : "fail");
  });
};

if (box) {
  on("click", "[data-bridge-pay]", pay);
  pay();
}
