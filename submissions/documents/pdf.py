"""HTML → PDF/UA-1 with WeasyPrint: tagged, with language, title, bookmarks; nothing is fetched but our own assets."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.html import format_html
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from submissions.rich_text.blocks import without_controls

from . import fonts, tagging
from .fonts import CannotRender, Face

__all__ = ["CannotRender", "ClosedFetcher", "Made", "Refusal", "make"]

ASSETS = Path(__file__).parent / "assets"
SCHEME = "portal-asset:"

for _name in ("weasyprint", "fontTools"):
    logging.getLogger(_name).setLevel(logging.ERROR)


class Refusal(ValueError):
    """Something in a text asked for a file that is not ours."""


class ClosedFetcher(URLFetcher):
    """Opens the faces it was made with, and nothing else: no address, no file, no data, whatever a text contains."""

    def __init__(self, faces: list[Face]):
        super().__init__(allowed_protocols=())
        self.faces = {self.address(face): face for face in faces}
        self.refused: list[str] = []

    @staticmethod
    def address(face: Face) -> str:
        return f"{SCHEME}{face.name}"

    def fetch(self, url, headers=None):
        face = self.faces.get(url)
        if face is None:
            self.refused.append(url)
            raise Refusal("Only the portal's own assets are opened while rendering.")
        return URLFetcherResponse(url, fonts.contents_of(face.path), {"Content-Type": "font/ttf"})


@dataclass(frozen=True)
class Made:
    pdf: bytes
    pages: int


def make(html: str, *, styles: list[str], css: str = "", watermark: str = "", direction: str = "ltr") -> Made:
    """The document as PDF/UA-1. `styles` are names of packaged style sheets, `css` what only this document needs.

    Raises CannotRender if a typeface is not installed.
    """
    html = without_controls(html)
    faces = fonts.faces_for(html + css + watermark)
    fetcher, configuration = ClosedFetcher(faces), FontConfiguration()
    # A page asks for its style sheets by <link>; ours come as arguments, so that none of a text's could look like them.
    sheets = [
        CSS(string=text, url_fetcher=fetcher, font_config=configuration)
        for text in [fonts.css_of(faces, ClosedFetcher.address), *map(_asset, styles), css]
    ]
    with tagging.languages_and_descriptions():
        document = HTML(string=html, url_fetcher=fetcher).render(
            font_config=configuration, stylesheets=sheets, pdf_variant="pdf/ua-1"
        )
        pdf = document.write_pdf(pdf_variant="pdf/ua-1")
    overlay = _watermark(watermark, direction) if watermark else b""
    return Made(tagging.finished(pdf, watermark=overlay), len(document.pages))


@lru_cache(maxsize=16)
def _watermark(word: str, direction: str) -> bytes:
    """One page with the word across it; not tagged, since it becomes an artifact of the pages it is put under."""
    html = format_html('<!doctype html><html dir="{}"><body><p>{}</p></body></html>', direction, word)
    faces = fonts.faces_for(html)
    fetcher, configuration = ClosedFetcher(faces), FontConfiguration()
    sheets = [
        CSS(string=text, url_fetcher=fetcher, font_config=configuration)
        for text in [fonts.css_of(faces, ClosedFetcher.address), _asset("watermark.css")]
    ]
    return HTML(string=html, url_fetcher=fetcher).write_pdf(font_config=configuration, stylesheets=sheets)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")
