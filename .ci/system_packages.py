"""Finds out which system packages are missing and installs them when run as root.

    python3 .ci/system_packages.py pdf browser ...

Looks for the thing itself (a library that loads, a font file, a program), not for a package's name in
apt's database, so that whatever was installed by other means counts. When something is missing and
cannot be installed, one line says what to type, and nothing else happens.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

FONT_FOLDERS = ["/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts"]


def library(name):
    def is_there():
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return is_there


def program(name):
    return lambda: shutil.which(name) is not None


def font(file_name):
    return lambda: any(next(Path(folder).expanduser().rglob(file_name), None) for folder in FONT_FOLDERS)


def module(name):
    return lambda: importlib.util.find_spec(name) is not None


def postgresql_server():
    return shutil.which("initdb") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


# What each group needs: how to see that it is there, and the Debian package that brings it.
GROUPS = {
    # Debian keeps the part of the standard library that makes virtual environments in a package of its own.
    "venv": [(module("ensurepip"), "python3-venv")],
    "pdf": [
        (library("libpango-1.0.so.0"), "libpango-1.0-0"),
        (library("libpangoft2-1.0.so.0"), "libpangoft2-1.0-0"),
        (library("libharfbuzz-subset.so.0"), "libharfbuzz-subset0"),
        (font("NotoSans-Regular.ttf"), "fonts-noto-core"),
        (font("NotoNaskhArabic-Regular.ttf"), "fonts-noto-core"),
    ],
    "pdf-tools": [(program("pdftotext"), "poppler-utils"), (program("qpdf"), "qpdf")],
    "browser": [(program("chromium"), "chromium")],
    "postgresql": [(postgresql_server, "postgresql")],
    "gettext": [(program("xgettext"), "gettext")],
}


def missing_packages(groups):
    wanted = [need for group in groups for need in GROUPS[group]]
    return list(dict.fromkeys(package for is_there, package in wanted if not is_there()))


def install(packages):
    print("Installing with apt: {}".format(" ".join(packages)), flush=True)
    quietly = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    # apt's chatter says nothing when all goes well; when it does not, its errors are on the error stream.
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *command], check=True, env=quietly, stdout=subprocess.DEVNULL)


def main(groups):
    if sys.version_info < (3, 11):
        return "The portal needs Python 3.11 or later; this is {}. Name another: make PYTHON=python3.13 ...".format(
            sys.version.split()[0]
        )
    missing = missing_packages(groups)
    if not missing:
        return None
    to_type = "apt-get install --no-install-recommends " + " ".join(missing)
    if os.geteuid() != 0:
        return f"Some system packages are missing. Install them, then try again: sudo {to_type}"
    if shutil.which("apt-get") is None:
        return f"Some system packages are missing, and there is no apt here. On Debian: {to_type}"
    try:
        install(missing)
    except subprocess.CalledProcessError:
        return f"apt could not install what is missing. Try it by hand: {to_type}"
    still_missing = missing_packages(groups)
    if still_missing:
        return "Installed, but still not found: {}".format(" ".join(still_missing))
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
