"""Pin the dependencies of pyproject.toml with hashes into requirements/; run by `make lock`."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
# No index address is emitted: where packages come from is the machine's business.
COMPILE = [
    *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"),
    *("--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"),
]
DRIVERS = ["--extra", "postgres", "--extra", "mysql", "--extra", "redis"]


def compile_file(name: str, *arguments: str, wanted: str | None = None) -> None:
    """Write requirements/`name`; `wanted` gives the requirements instead of pyproject.toml."""
    source = "-" if wanted is not None else "pyproject.toml"
    subprocess.run(
        [*COMPILE, source, *arguments, "-o", str(FOLDER / name)],
        input=wanted,
        text=True,
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    print(f"requirements/{name}")


def main() -> None:
    """Compile what runs (base), develops (dev), loads (bench), builds (build), installs (setup)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    compile_file("base.txt", *DRIVERS)
    base = str(FOLDER / "base.txt")
    compile_file("dev.txt", *DRIVERS, "--group", "test", "--group", "lint", "-c", base)
    compile_file("bench.txt", *DRIVERS, "--group", "bench", "-c", base)
    extras = project["project"]["optional-dependencies"]
    compile_file("build.txt", wanted="\n".join(extras["build"]))
    compile_file("setup.txt", wanted="\n".join(project["build-system"]["requires"]))


if __name__ == "__main__":
    main()
