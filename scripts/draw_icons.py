"""Draw the icons of the installed shop and console from favicon.svg.

python scripts/draw_icons.py [--chromium /usr/bin/chromium]
"""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "src/zhanggui/web/static"
# File, side in pixels, and how much of the side the drawing takes: systems cut a maskable icon
ICONS = (("icon-192", 192, 100), ("icon-512", 512, 100), ("icon-maskable", 512, 72))
GROUND = "#3350cf"


def main() -> None:
    """Render every icon."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", help="path of the browser, if not playwright's own")
    options = parser.parse_args()
    drawing = (STATIC / "favicon.svg").read_text(encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        for name, side, share in ICONS:
            page = browser.new_page(viewport={"width": side, "height": side})
            ground = GROUND if share < 100 else "transparent"
            page.set_content(
                f'<body style="margin:0;display:grid;place-items:center;height:100vh;'
                f'background:{ground}"><div style="width:{share}%;line-height:0">{drawing}</div>'
            )
            page.screenshot(path=STATIC / "app" / f"{name}.png", omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
