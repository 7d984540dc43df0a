"""Take the README's pictures from the running demo shop; run by `make screenshots`.

SHOP names the address of the shop (http://127.0.0.1:8000), CHROMIUM the browser.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
from zhanggui.demo.types import PASSWORD  # noqa: E402 -- the path comes first

FOLDER = ROOT / "docs" / "screenshots"
SHOP = os.environ.get("SHOP", "http://127.0.0.1:8000")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Picture:
    """One page in one window; `login` is the staff who looks."""

    name: str
    path: str
    width: int
    height: int
    login: str = ""
    scale: float = 2


PICTURES = [
    Picture("store", "/", 390, 844),
    Picture("home", "/console/?period=7d", 1440, 900, login="owner", scale=1.5),
    Picture("orders", "/console/orders/", 1440, 900, login="owner", scale=1.5),
]
# What people see whose system has no own face for Latin letters: else Chromium takes DejaVu
SANS = ("system-ui", "sans", "sans-serif", "DejaVu Sans")
FONT = """<match><test qual="any" name="family"><string>%s</string></test><edit name="family"
mode="prepend" binding="strong"><string>Roboto</string><string>Noto Sans CJK SC</string></edit>
</match>"""
FONTS = f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
{"".join(FONT % name for name in SANS)}</fontconfig>"""


def sign_in(page: Page, login: str) -> None:
    """Sign in as a member of the demo's staff."""
    page.goto(f"{SHOP}/console/login/")
    page.fill("input[name=username], input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{SHOP}/console/")


def take(browser: Browser, picture: Picture) -> None:
    """Take one picture in a window of its own."""
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]  # a plain dict is fine
        device_scale_factor=picture.scale,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    if picture.login:
        sign_in(page, picture.login)
    answer = page.goto(SHOP + picture.path, wait_until="networkidle")
    if answer is None or not answer.ok:
        sys.exit(f"{picture.path} does not answer: is the demo open at {SHOP}?")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()
    print(f"docs/screenshots/{picture.name}.png")


def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        fonts = Path(folder) / "fonts.conf"
        fonts.write_text(FONTS, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        for picture in PICTURES:
            take(browser, picture)
        browser.close()


if __name__ == "__main__":
    main()
