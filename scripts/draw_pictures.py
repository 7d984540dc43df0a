"""Draw the demo shop's own product pictures and store them as WebP.

The shapes are plain SVG, rendered once by the Chromium of the browser tests:

    python scripts/draw_pictures.py [--chromium /usr/bin/chromium]
"""

import argparse
import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

TARGET = Path(__file__).resolve().parent.parent / "src/zhanggui/demo/data/pictures"
SIDE = 900  # pixels of the stored square
SHINE = 'fill="url(#shine)"'


def scene(light: str, dark: str, body: str, *, floor: int = 322, spread: int = 118) -> str:
    """Put a drawing of 400 by 400 units on a soft ground with a shadow below it."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">'
        '<defs><linearGradient id="ground" x1="0" y1="0" x2="0.6" y2="1">'
        f'<stop stop-color="{light}"/><stop offset="1" stop-color="{dark}"/></linearGradient>'
        '<linearGradient id="shine" x1="0" x2="1"><stop stop-color="#fff" stop-opacity=".38"/>'
        '<stop offset=".5" stop-color="#fff" stop-opacity="0"/>'
        '<stop offset="1" stop-color="#000" stop-opacity=".2"/></linearGradient>'
        '<linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#8fb7d9"/>'
        '<stop offset=".45" stop-color="#e9c9a9"/><stop offset="1" stop-color="#c4728a"/>'
        '</linearGradient><filter id="soft"><feGaussianBlur stdDeviation="7"/></filter></defs>'
        '<rect width="400" height="400" fill="url(#ground)"/>'
        f'<ellipse cx="200" cy="{floor}" rx="{spread}" ry="{min(13, spread)}" opacity=".2" '
        'filter="url(#soft)"/>'
        f"{body}</svg>"
    )


def box(x: float, y: float, w: float, h: float, fill: str, *, r: float = 8, more: str = "") -> str:
    """A rounded rectangle."""
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}" {more}/>'


def glossy(x: float, y: float, w: float, h: float, fill: str, *, r: float = 8) -> str:
    """A rounded rectangle that looks round: light from the left."""
    return (
        box(x, y, w, h, fill, r=r)
        + f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" {SHINE}/>'
    )


def path(d: str, fill: str, *, more: str = "", shine: bool = False) -> str:
    """A filled outline."""
    shape = f'<path d="{d}" fill="{fill}" {more}/>'
    return shape + (f'<path d="{d}" {SHINE} opacity=".7"/>' if shine else "")


def line(d: str, colour: str, width: float, *, more: str = "") -> str:
    """A stroke with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round" {more}/>'
    )


def disc(cx: float, cy: float, r: float, fill: str, *, ry: float | None = None) -> str:
    """A circle, or an ellipse where `ry` is given."""
    return f'<ellipse cx="{cx}" cy="{cy}" rx="{r}" ry="{r if ry is None else ry}" fill="{fill}"/>'


def landscape(x: float, y: float, w: float, h: float, *, r: float) -> str:
    """A screen that shows evening hills."""
    name = f"clip{int(x)}x{int(y)}"
    hill_far = (
        f"M{x} {y + h * 0.66}q{w * 0.25} {-h * 0.2} {w * 0.5} 0t{w * 0.5} {-h * 0.06}v{h}h{-w}z"
    )
    hill_near = f"M{x} {y + h * 0.82}q{w * 0.3} {-h * 0.22} {w * 0.62} 0t{w * 0.38} 0v{h}h{-w}z"
    return (
        f'<clipPath id="{name}">{box(x, y, w, h, "#fff", r=r)}</clipPath>'
        f'<g clip-path="url(#{name})">'
        + box(x, y, w, h, "url(#wall)", r=0)
        + disc(x + w * 0.7, y + h * 0.36, min(w, h) * 0.13, "#fff3df")
        + path(hill_far, "#7a5c86", more='opacity=".75"')
        + path(hill_near, "#41375e")
        + "</g>"
    )


def phone(back: str, edge: str, ground: tuple[str, str]) -> str:
    """A telephone from behind, and the same from the front before it."""
    lenses = "".join(
        disc(x, y, 15, "#15171c") + disc(x, y, 8, "#2c3a52") + disc(x - 3, y - 3, 2.5, "#9fb6d8")
        for x, y in ((136, 112), (136, 152))
    )
    behind = (
        glossy(106, 72, 130, 250, edge, r=24)
        + glossy(110, 76, 122, 242, back, r=21)
        + box(114, 84, 46, 100, "#000", r=20, more='opacity=".16"')
        + lenses
        + disc(136, 174, 4, "#f6e7c1")
    )
    front = (
        glossy(176, 92, 124, 232, edge, r=24)
        + box(180, 96, 116, 224, "#0d0e12", r=21)
        + landscape(185, 101, 106, 214, r=17)
        + box(222, 108, 32, 9, "#0d0e12", r=4.5)
    )
    return scene(*ground, behind + front, floor=326, spread=112)


def tablet(back: str, ground: tuple[str, str]) -> str:
    """A tablet on its long side, its back leaning behind."""
    body = (
        f'<g transform="rotate(-7 200 190)">{glossy(92, 78, 232, 176, back, r=16)}'
        + disc(302, 98, 8, "#22252c")
        + disc(302, 98, 3.5, "#4d6184")
        + "</g>"
        + glossy(64, 120, 264, 198, "#d9dde3", r=18)
        + box(68, 124, 256, 190, "#14161b", r=15)
        + landscape(78, 134, 236, 170, r=6)
    )
    return scene(*ground, body, spread=140)


def laptop() -> str:
    """A notebook, opened."""
    keys = "".join(
        box(106 + column * 17.2, 282 + row * 8, 14, 5.4, "#6f7680", r=1.4)
        for row in range(2)
        for column in range(11)
    )
    body = (
        glossy(78, 96, 244, 168, "#aeb5bd", r=12)
        + box(83, 101, 234, 156, "#14161b", r=9)
        + landscape(90, 108, 220, 138, r=4)
        + path("M78 264h244l38 44q2 10-10 10H50q-12 0-10-10z", "#bcc3cb", shine=True)
        + path("M98 278h204l10 22H88z", "#9aa2ac")
        + keys
        + path("M166 304h68l3 8h-74z", "#b4bbc3")
    )
    return scene("#eef1f5", "#cdd5de", body, floor=322, spread=160)


def television() -> str:
    """A flat television on two feet."""
    body = (
        line("M116 280l-18 34M284 280l18 34", "#4a4f57", 7)
        + box(38, 92, 324, 192, "#17191e", r=7)
        + landscape(43, 97, 314, 178, r=3)
        + box(186, 278, 28, 2.5, "#7b828c", r=1)
    )
    return scene("#f1efec", "#d8d2ca", body, floor=318, spread=150)


def water_heater() -> str:
    """A gas water heater on a tiled wall."""
    tiles = line("M0 100h400M0 200h400M0 300h400M100 0v400M200 0v400M300 0v400", "#fff", 3)
    body = (
        f'<g opacity=".6">{tiles}</g>'
        + line("M170 296v72M200 296v72M230 296v72", "#b9c0c7", 9)
        + glossy(176, 30, 48, 46, "#c5cbd2", r=4)
        + glossy(114, 66, 172, 238, "#f6f7f9", r=16)
        + box(150, 206, 100, 54, "#20242b", r=10)
        + line("M174 222v11h11M185 222v22M193 222h12v11h-12v11h12", "#8fd8f0", 3.5)
        + disc(224, 233, 9, "#2f3640")
        + path("M224 225c7 7 6 13 0 16c-6-3-7-9 0-16z", "#ff9a4d")
        + box(150, 90, 100, 3, "#d5dae0", r=1.5)
    )
    return scene("#e7eef2", "#cbd8df", body, spread=0)


def solid_state_drive() -> str:
    """A memory stick for the slot on the board."""
    pins = "".join(box(72, 168 + i * 6.6, 14, 4, "#d8b255", r=0.8) for i in range(10))
    body = (
        '<g transform="rotate(-16 200 200)">'
        + box(80, 158, 252, 84, "#1c2a24", r=5)
        + pins
        + glossy(104, 170, 60, 60, "#16181d", r=3)
        + glossy(174, 170, 66, 60, "#16181d", r=3)
        + glossy(250, 170, 52, 60, "#16181d", r=3)
        + line("M112 180h30M182 180h34M258 180h24", "#5d6673", 3)
        + disc(332, 200, 9, "#cfe0d6")
        + "</g>"
    )
    return scene("#e9eef4", "#c8d3e0", body, floor=290, spread=130)


def tee(cloth: str, fold: str, motif: str, ground: tuple[str, str]) -> str:
    """A T-shirt laid flat; `motif` is drawn on its chest."""
    outline = (
        "M146 84c18 22 90 22 108 0l52 22c12 6 20 18 24 32l14 52-50 18-10-30v142"
        "c0 8-6 12-12 12H128c-6 0-12-4-12-12V178l-10 30-50-18 14-52c4-14 12-26 24-32z"
    )
    body = (
        path(outline, cloth)
        + path(outline, "url(#shine)", more='opacity=".45"')
        + line("M146 84c18 26 90 26 108 0", fold, 5)
        + line("M116 178c2-10 4-20 4-30M284 178c-2-10-4-20-4-30", fold, 2.5)
        + line("M136 316q18-40 10-90M262 318q-16-44-8-86M56 190l44 16M344 190l-44 16", fold, 2)
        + f'<clipPath id="shirt"><path d="{outline}"/></clipPath>'
        + f'<g clip-path="url(#shirt)">{motif}</g>'
    )
    return scene(*ground, body, floor=338, spread=100)


CAT = (
    disc(200, 176, 24, "#f0b45c")
    + path("M180 164l-4-24 18 10zM220 164l4-24-18 10z", "#f0b45c")
    + disc(191, 173, 3, "#3a2d20")
    + disc(209, 173, 3, "#3a2d20")
    + line("M196 184q4 4 8 0", "#3a2d20", 2.2)
)


def weave(colour: str) -> str:
    """Rows of small waves, as knitted."""
    return "".join(
        line(
            f"M{40 + (row % 2) * 7} {124 + row * 15}" + "l7-6 7 6" * 24,
            colour,
            2,
            more='opacity=".7"',
        )
        for row in range(15)
    )


def _cups() -> str:
    """Four cups with a painted twig, two of them filled."""
    return "".join(
        path(f"M{x} {y}h112c-2 42-20 66-56 66s-54-24-56-66z", "#fff", shine=True)
        + line(f"M{x + 4} {y + 14}q52 20 104 0", "#34609c", 2.5)
        + line(f"M{x + 36} {y + 50}q18-22 44-14M{x + 54} {y + 40}q-2-8-9-9", "#34609c", 2.5)
        + "".join(
            disc(x + 66 + dx, y + 37 + dy, 3.6, "#34609c")
            for dx, dy in ((-5, 0), (5, 0), (0, -5), (0, 5))
        )
        + disc(x + 56, y, 56, "#e8eef6", ry=11)
        + disc(x + 56, y + 1, 48, "#c9a24a" if warm else "#dfe7f1", ry=8)
        for x, y, warm in ((86, 140, True), (204, 126, False), (80, 244, False), (200, 238, True))
    )


def tea() -> dict[str, str]:
    """Tea in tins, boxes, cakes and bags."""
    return {
        "tin-green": scene(
            "#eef5ea",
            "#cfe2ca",
            glossy(128, 112, 144, 208, "#3f7d4f", r=12)
            + glossy(122, 92, 156, 40, "#2f6140", r=10)
            + box(158, 156, 84, 120, "#f6f1df", r=4)
            + path("M200 178c-22 18-22 44 0 62 22-18 22-44 0-62z", "#5d9a62")
            + line("M200 186v62", "#3f7d4f", 3)
            + box(176, 260, 48, 4, "#b9a878", r=2),
        ),
        "box-red": scene(
            "#faeeea",
            "#eccfc6",
            glossy(84, 152, 232, 166, "#a52a22")
            + glossy(76, 118, 248, 48, "#8a1f19")
            + box(184, 118, 32, 200, "#d9a441", r=0)
            + disc(200, 236, 42, "#f6e4b8")
            + line("M200 203a33 33 0 1 0 .1 0", "#a52a22", 3)
            + path("M184 240c6-28 26-28 32 0-6 16-26 16-32 0z", "#a52a22")
            + line("M184 118c-40-38-58 2-2 0M216 118c40-38 58 2 2 0", "#d9a441", 8),
            spread=136,
        ),
        "cake": scene(
            "#f6f1e6",
            "#e2d5ba",
            disc(200, 240, 128, "#7d6d4c", ry=88)
            + disc(200, 224, 128, "#f7f2e6", ry=88)
            + line("M200 162a90 62 0 1 0 .1 0", "#7d9a75", 3)
            + path("M200 178c-24 26-24 66 0 94 24-28 24-68 0-94z", "#7d9a75")
            + line("M200 192v66M150 224h-24M274 224h-24", "#5b7a55", 3.5)
            + line("M200 136c-20 6-28 30-26 40M250 146c-8 8-10 22-8 30", "#e3dac6", 3),
            spread=136,
        ),
        "bag": scene(
            "#fdf4e0",
            "#f3daa8",
            glossy(112, 92, 176, 230, "#e8a93a", r=10)
            + line("M116 120h168", "#c98a1d", 3, more='stroke-dasharray="6 6"')
            + box(142, 148, 116, 132, "#fffaf0", r=8)
            + "".join(
                disc(x + dx, y + dy, 7, "#f2b53f")
                for x, y in ((180, 198), (216, 190), (204, 228))
                for dx, dy in ((-7, 0), (7, 0), (0, -7), (0, 7))
            )
            + line("M170 256q30-20 62-62", "#7d9a55", 3),
        ),
    }


def teaware() -> dict[str, str]:
    """Cups and pots."""
    bowl = "M116 190h168c-4 64-36 104-84 104s-80-40-84-104z"
    return {
        "gaiwan": scene(
            "#e4ebf0",
            "#c3d0da",
            disc(200, 306, 112, "#fdfefe", ry=20)
            + disc(200, 301, 74, "#dfe5ea", ry=11)
            + path(bowl, "#fff", shine=True)
            + path("M126 188c10-46 138-46 148 0z", "#f7f9fa", shine=True)
            + glossy(182, 132, 36, 15, "#eef1f4", r=7.5)
            + line("M116 190h168", "#dce3e9", 3),
            floor=326,
        ),
        "teapot": scene(
            "#f7efe6",
            "#e6d0b8",
            line("M100 212c-38-22-54 14-32 44 12 16 32 24 44 26", "#946340", 15)
            + path("M288 262c34-8 40-46 66-70l12 8c-18 34-22 74-70 88z", "#a06d45", shine=True)
            + path(
                "M92 246c0-52 48-76 108-76s108 24 108 76c0 46-46 74-108 74S92 292 92 246z",
                "#b07d50",
                shine=True,
            )
            + path("M134 180c14-32 118-32 132 0-30 12-102 12-132 0z", "#a06d45", shine=True)
            + disc(200, 146, 15, "#a06d45")
            + disc(195, 141, 4, "#cfa27a"),
        ),
        "cups": scene("#edf2f8", "#cbd8e8", _cups(), floor=318, spread=130),
    }


def homeware() -> dict[str, str]:
    """Incense, candle, notebooks and linen."""
    books = "".join(
        f'<g transform="rotate({turn} 200 210)">{glossy(122, 100, 156, 214, colour, r=6)}'
        + box(122, 100, 16, 214, "#000", r=5, more='opacity=".12"')
        + line("M130 118v180", "#fff", 1.6, more='stroke-dasharray="7 7" opacity=".8"')
        + "</g>"
        for turn, colour in ((-16, "#7f9a8a"), (-4, "#d9c3a0"), (9, "#6f86a6"))
    )
    return {
        "incense": scene(
            "#f3efec",
            "#d9cec5",
            line("M200 92c-26-22 24-34 0-66", "#b9aca2", 5, more='opacity=".7"')
            + line("M200 96v190", "#8c6a52", 5)
            + disc(200, 96, 4, "#e2683c")
            + glossy(82, 282, 236, 34, "#6b4f3f", r=17)
            + disc(200, 286, 18, "#b8894a", ry=6)
            + line("M232 300l60-150M246 300l64-138M260 300l66-124", "#9c7a5f", 4),
            floor=320,
            spread=132,
        ),
        "candle": candle(
            "#f5efe8",
            "#e2d3c4",
            "#f3ead9",
            "M200 226v42M200 240l-14-10M200 240l14-10M200 254l-16-10M200 254l16-10",
            "#66836a",
        ),
        "candle-jasmine": candle(
            "#eef3ec",
            "#d2dfcf",
            "#f7f5ee",
            "M200 247v.1M200 247c-22-2-22-14-8-12M200 247c22-2 22-14 8-12M200 247c-14 18-26 10-14 2"
            "M200 247c14 18 26 10 14 2M200 247c-8-18 8-18 0 0",
            "#8fae86",
        ),
        "candle-ebony": candle(
            "#f3ece4",
            "#d5c4b1",
            "#6b5546",
            "M182 262q10-30 36-34M194 244l-12-6M204 236l2-12M196 252l14 4",
            "#b98a3a",
        ),
        "notebooks": scene("#f1f0ec", "#d8d5cb", books, floor=324, spread=112),
        "linen": linen("#e9dfca", "#dccfb6", "#9fb2be", "#8d9a72"),
        "linen-oat": linen("#eadfc9", "#dccfb6"),
        "linen-mist": linen("#b3c4cf", "#9fb2be"),
        "linen-moss": linen("#a3ae88", "#8d9a72"),
    }


def linen(*colours: str) -> str:
    """Folded napkins on a pile, the first on top."""
    top = 308 - 34 * len(colours)
    pile = "".join(
        glossy(96, top + 34 * place, 208, 35, colour, r=16)
        + line(f"M112 {top + 17 + 34 * place}h176", "#fff", 1.6, more='opacity=".5"')
        for place, colour in reversed(tuple(enumerate(colours)))
    )
    return scene("#f4f1ea", "#dcd5c5", pile, floor=312, spread=124)


def candle(light: str, dark: str, wax: str, sprig: str, twig: str) -> str:
    """A burning candle in a glass with a label that shows `sprig`."""
    body = (
        glossy(128, 152, 144, 168, wax, r=16)
        + box(128, 152, 144, 168, "#fff", r=16, more='opacity=".22"')
        + disc(200, 164, 66, "#fbf5e8", ry=13)
        + line("M200 164v-22", "#5b4a3a", 3)
        + path("M200 92c20 24 18 44 0 50-18-6-20-26 0-50z", "#f4a340")
        + path("M200 114c9 11 8 22 0 26-8-4-9-15 0-26z", "#fff0c8")
        + box(158, 216, 84, 62, "#fffdf8", r=3)
        + line(sprig, twig, 3)
    )
    return scene(light, dark, body)


def digital() -> dict[str, str]:
    """Telephones, computers and what hangs on the wall, in their colours."""
    cool, warm, lilac = ("#eef1f5", "#cfd6df"), ("#f6f1ea", "#e0d5c6"), ("#f3f0f7", "#d7cfe3")
    return {
        "phone-ink": phone("#2b3038", "#4a515c", cool),
        "phone-black": phone("#1d1f24", "#3b3f47", warm),
        "phone-silver": phone("#d5dae0", "#b8bfc8", cool),
        "phone-star": phone("#f1e9dc", "#d9cfbf", warm),
        "phone-violet": phone("#b9a7d6", "#9b88bd", lilac),
        "phone-sky": phone("#8db4d8", "#7096bc", cool),
        "tablet-silver": tablet("#cfd4db", cool),
        "tablet-blue": tablet("#7fa3cb", cool),
        "laptop": laptop(),
        "tv": television(),
        "water-heater": water_heater(),
        "ssd": solid_state_drive(),
    }


def clothes() -> dict[str, str]:
    """T-shirts in their colours."""
    paper, sand = ("#f3f2ef", "#dcd9d2"), ("#f4efe6", "#e0d5c4")
    return {
        "tee-blue": tee("#5d88b8", "#446a96", CAT, paper),
        "tee-white": tee("#fbfbfa", "#d5d3ce", "", ("#e3e6ea", "#c3cad2")),
        "tee-white-cat": tee("#fbfbfa", "#d5d3ce", CAT, ("#e3e6ea", "#c3cad2")),
        "tee-black": tee("#2a2c31", "#16171a", "", sand),
        "tee-grey-light": tee("#c6ccd3", "#a3abb5", weave("#7f97b0"), sand),
        "tee-grey-dark": tee("#6f7883", "#565e68", weave("#93abc6"), sand),
    }


def main() -> None:
    """Render every drawing to `drawn-<name>.webp`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", help="path of the browser, if not playwright's own")
    options = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    drawings = tea() | teaware() | homeware() | digital() | clothes()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIDE, "height": SIDE})
        for name, svg in drawings.items():
            page.set_content(f'<body style="margin:0">{svg}</body>')
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            shot.save(TARGET / f"drawn-{name}.webp", quality=86, method=6)
        browser.close()
    print(f"{len(drawings)} pictures in {TARGET.name}/")


if __name__ == "__main__":
    main()
