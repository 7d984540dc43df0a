"""What makes a face installable: its manifest and its service worker, answered at its root."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static

PATIENCE = 3000  # milliseconds for which a page is waited for, where an older one is known
_ICONS = ((192, "any", "icon-192"), (512, "any", "icon-512"), (512, "maskable", "icon-maskable"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What the service worker of a face keeps, and what it never touches."""

    name: str
    home: str
    offline: str
    files: tuple[str, ...]  # static files of its pages
    kept: tuple[str, ...] = ()  # addresses of which the last good answer is shown without a network
    below: tuple[str, ...] = ()  # or that begin so
    never: tuple[str, ...] = ()  # addresses that begin so are the network's alone
    closing: tuple[str, ...] = ()  # whoever comes to what begins so leaves no page behind
    most: int = 10


def worker(face: Face) -> HttpResponse:
    """Answer the service worker of a face; browsers ask for it anew each time."""
    response = HttpResponse(_script(face), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=8)
def _script(face: Face) -> str:
    source = finders.find("dist/sw.js")
    script = Path(str(source)).read_text(encoding="utf-8")
    values = asdict(face) | {"files": [static(one) for one in face.files], "patience": PATIENCE}
    known = json.dumps(values, ensure_ascii=False)
    version = hashlib.sha256((known + script).encode()).hexdigest()[:12]
    return f"self.FACE={json.dumps(values | {'version': version}, ensure_ascii=False)};\n{script}"


def manifest(
    *, name: str, short: str, home: str, colour: str, shortcuts: list[dict[str, str]]
) -> HttpResponse:
    """Answer what browsers need to put a face on the home screen."""
    icons = [
        {
            "src": static(f"app/{file}.png"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": purpose,
        }
        for side, purpose, file in _ICONS
    ]
    content = {
        "name": name,
        "short_name": short,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#f4f5f7",
        "theme_color": colour,
        "icons": icons,
        "shortcuts": [{**one, "icons": icons[:1]} for one in shortcuts],
    }
    response = JsonResponse(content, content_type="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response
