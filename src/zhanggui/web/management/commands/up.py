"""`zhanggui up`: open the shop on this machine, with everything that belongs to it."""

import os
import socket
import sys
from argparse import ArgumentParser
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from zhanggui.accounts import queries as accounts
from zhanggui.demo.types import PASSWORD
from zhanggui.payments.providers.simulator import keys
from zhanggui.web.management import startup
from zhanggui.web.management.keeper import Opening, hand_over
from zhanggui.web.management.processes import Crew, Program

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- named to be recognised
WEB_THREADS = 32  # of a web process
WEB_ENVIRONMENT = {
    "ZHANGGUI_DB_POOL": "12",  # connections; most threads wait for others, not for the database
    "MALLOC_ARENA_MAX": "2",  # else the C library keeps a heap for every few threads
}
ROLE_NAMES = {
    "owner": "店主 owner        ",
    "service": "客服 service      ",
    "warehouse": "仓库 warehouse    ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the shop listens, and how this machine reaches it."""

    host: str
    port: int

    @property
    def near(self) -> str:
        """The address by which programs of this machine reach it."""
        return EVERYWHERE.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The shop's address for this machine's browser."""
        name = f"[{self.near}]" if ":" in self.near else self.near
        return f"http://{name}:{self.port}"


class Command(BaseCommand):
    """Prepare database and files, start web and workers, keep them running."""

    help = "Open the shop: web, workers and, for the demo, the WeChat Pay simulator"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; PORT and HOST may also come from the environment."""
        port, host = os.environ.get("PORT", "8000"), os.environ.get("HOST", "127.0.0.1")
        parser.add_argument("--port", type=int, default=port, help="default: $PORT or 8000")
        parser.add_argument("--host", default=host, help="default: $HOST or 127.0.0.1")
        parser.add_argument("--web", type=int, default=2, help="web processes (default 2)")
        parser.add_argument("--workers", type=int, default=1, help="worker processes (default 1)")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty shop empty")
        parser.add_argument("--dev", action="store_true", help="reload code, rebuild assets")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run until Ctrl-C or SIGTERM."""
        with suppress(KeyboardInterrupt):  # Ctrl-C before there is anything to stop
            self.open_shop(options)
        self.say("已停止。Stopped.")

    def open_shop(self, options: dict[str, Any]) -> None:
        """Prepare, then hand over to a small process that starts everything and keeps it."""
        place = Place(host=options["host"], port=options["port"])
        startup.check_port(host=place.host, port=place.port)
        startup.prepare_database(say=self.say)
        if not options["dev"]:
            startup.collect_static(say=self.say)
        is_empty = not accounts.has_shop()
        is_demo = accounts.shop().is_demo or (is_empty and not options["no_demo"])
        crew = Crew(self.say)
        crew.listen()
        shared = self.environment(place, dev=options["dev"])
        first: list[Program] = []
        if is_demo:
            demo, simulator = simulated(place, shared)
            shared |= demo
            first.append(simulator)
            if is_empty:
                self.load_demo(crew, simulator, shared)
        web, *others = programs(place, shared, options)
        welcome = self.welcome(place, is_demo=is_demo)
        opening = Opening(
            host=place.near, port=place.port, first=[*first, web], others=others, welcome=welcome
        )
        connections.close_all()
        if not crew.is_stopping:
            hand_over(opening)

    def say(self, text: str) -> None:
        """Print one line at once."""
        self.stdout.write(text)
        self.stdout.flush()

    def environment(self, place: Place, *, dev: bool) -> dict[str, str]:
        """Return what all processes get: where the shop is and by which names it is called."""
        known = os.environ.get("ZHANGGUI_HOSTS", "").split(",")
        names = [*settings.ALLOWED_HOSTS, place.near]
        if place.host in EVERYWHERE:
            names += lan_names()
        return {
            **os.environ,
            "ZHANGGUI_VAR": str(settings.VAR),
            "ZHANGGUI_HOSTS": ",".join(dict.fromkeys(filter(None, [*known, *names]))),
            "ZHANGGUI_PUBLIC_URL": os.environ.get("ZHANGGUI_PUBLIC_URL", place.url),
            **({"ZHANGGUI_DEBUG": "1"} if dev else {}),
        }

    def load_demo(self, crew: Crew, simulator: Program, shared: dict[str, str]) -> None:
        """Fill the empty shop with the demo; what a stop cuts short is begun anew next time."""
        self.say("正在装入演示店铺 · Loading the demo shop (half a minute) …")
        connections.close_all()
        command = [sys.executable, "-m", "zhanggui", "demo"]
        try:
            crew.start(simulator)
            code = crew.run(Program(name="demo", command=command, environment=shared))
        finally:
            crew.stop()
        if code and not crew.is_stopping:
            raise CommandError("The demo shop could not be loaded; the lines above say why.")

    def welcome(self, place: Place, *, is_demo: bool) -> str:
        """Return the addresses, and for the demo the logins."""
        lines = [
            "",
            "  掌柜已开张 · Zhanggui is open",
            "",
            f"  店铺 Shop       {place.url}/",
            f"  后台 Console    {place.url}/console/",
            f"  接口 API docs   {place.url}/api/v1/docs",
        ]
        if is_demo:
            lines += ["", f"  演示登录 · Demo logins, password: {PASSWORD}"]
            for login, role in accounts.staff().items():
                lines.append(f"    {ROLE_NAMES.get(role, role)}{login}")
        if is_demo and place.host in EVERYWHERE:
            lines += ["", "  The network can reach this demo, whose passwords are known to all."]
        return "\n".join([*lines, "", "  Ctrl-C 停止 · stops the shop", ""])


def simulated(place: Place, shared: dict[str, str]) -> tuple[dict[str, str], Program]:
    """Return what points the shop at the WeChat Pay simulator, and the simulator."""
    host = "127.0.0.1"
    port = startup.free_port(host=host, near=place.port + 1)
    folder = Path(settings.VAR) / "simulator"
    base = f"http://{host}:{port}"
    demo = {"ZHANGGUI_DEMO": "1", **keys.environment(folder, base=base)}
    module = "zhanggui.payments.providers.simulator"
    command = [sys.executable, "-m", module, "--dir", str(folder), "--port", str(port)]
    command += ["--notify-base", place.url]
    return demo, Program(name="simulator", command=command, environment={**shared, **demo})


def programs(place: Place, shared: dict[str, str], options: dict[str, Any]) -> list[Program]:
    """Return the web server, the workers and, for developers, the asset watch."""
    zhanggui = [sys.executable, "-m", "zhanggui"]
    reload = ["--reload"] if options["dev"] else []
    return [
        Program(
            name="web",
            command=web_command(place, options),
            environment={**WEB_ENVIRONMENT, **shared},
        ),
        *(
            Program(
                name=f"worker {number + 1}",
                command=[*zhanggui, "worker", *reload],
                environment=shared,
            )
            for number in range(options["workers"])
        ),
        *(
            [Program(name="assets", command=["npm", "run", "watch"], environment=shared)]
            if options["dev"]
            else []
        ),
    ]


def web_command(place: Place, options: dict[str, Any]) -> list[str]:
    """Return the command of the web server; no access log, since paths hold order tokens."""
    if options["dev"]:
        return [sys.executable, "-m", "zhanggui", "runserver", f"{place.host}:{place.port}"]
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", place.host, "--port", str(place.port), "--workers", str(options["web"])),
        *(
            "--blocking-threads",
            str(WEB_THREADS),
            "--workers-kill-timeout",
            "5",
            "--respawn-failed-workers",
        ),
        *("--log-level", "error", "--no-ws"),
        *("--static-path-route", settings.MEDIA_URL.rstrip("/"), "--static-path-mount", str(media)),
        "zhanggui.config.wsgi:application",
    ]


def lan_names() -> list[str]:
    """Return the names by which other machines of the network may call this one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; only asks which address would be used
        except OSError:
            return [socket.gethostname()]
        return [socket.gethostname(), str(probe.getsockname()[0])]
