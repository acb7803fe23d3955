"""The typefaces of every document: static faces from Debian's packages, declared one by one.

A face that is not there is an error that names its package, never a silent fallback to whatever the machine has.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

CORE = "fonts-noto-core"
CHINESE = "fonts-noto-cjk"


class CannotRender(Exception):
    """The document cannot be made, and trying again will not help. The sentence says why, for a person."""


@dataclass(frozen=True)
class Face:
    family: str
    path: Path
    package: str = CORE
    weight: str = "normal"
    style: str = "normal"

    @property
    def name(self) -> str:
        return self.path.name


_NOTO = Path("/usr/share/fonts/truetype/noto")
_CJK = Path("/usr/share/fonts/opentype/noto")

FACES = [
    Face("Portal Sans", _NOTO / "NotoSans-Regular.ttf"),
    Face("Portal Sans", _NOTO / "NotoSans-Bold.ttf", weight="bold"),
    Face("Portal Sans", _NOTO / "NotoSans-Italic.ttf", style="italic"),
    Face("Portal Sans", _NOTO / "NotoSans-BoldItalic.ttf", weight="bold", style="italic"),
    Face("Portal Arabic", _NOTO / "NotoNaskhArabic-Regular.ttf"),
    Face("Portal Arabic", _NOTO / "NotoNaskhArabic-Bold.ttf", weight="bold"),
    # Signs that people paste into texts: ticks, circles, arrows, mathematics.
    Face("Portal Symbols", _NOTO / "NotoSansSymbols2-Regular.ttf"),
    Face("Portal Arrows", _NOTO / "NotoSansSymbols-Regular.ttf"),
    Face("Portal Mathematics", _NOTO / "NotoSansMath-Regular.ttf"),
]
# Large, and needed by few texts: asked for only where one is in Chinese.
CHINESE_FACES = [
    Face("Portal Chinese", _CJK / "NotoSansCJK-Regular.ttc", CHINESE),
    Face("Portal Chinese", _CJK / "NotoSansCJK-Bold.ttc", CHINESE, weight="bold"),
]

_IN_CHINESE = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]")


def faces_for(text: str) -> list[Face]:
    """The faces that a document with this text is made with; raises CannotRender if one is not installed."""
    faces = FACES + (CHINESE_FACES if _IN_CHINESE.search(text) else [])
    for face in faces:
        if not face.path.is_file():
            raise CannotRender(
                _("The typeface %(name)s is not installed on the server. It is in the Debian package %(package)s.")
                % {"name": face.name, "package": face.package}
            )
    return faces


def css_of(faces: list[Face], address) -> str:
    """`@font-face` rules; `address(face)` says where the renderer finds a face."""
    return "".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; font-style: {face.style}; '
        f'src: url("{address(face)}"); }}\n'
        for face in faces
    )


@cache
def contents_of(path: Path) -> bytes:
    return path.read_bytes()
