"""Takes any HTML apart into words and tags, looking at each character a bounded number of times."""

import html
import re
from collections.abc import Iterator

Attributes = dict[str, str]

_TAG_NAME = re.compile(r"[a-zA-Z][^\s/>]*+")
_ATTRIBUTE_NAME = re.compile(r"[^\s/>=][^\s/>=]*+")
_EQUALS = re.compile(r"\s*+=\s*+")
_UNQUOTED = re.compile(r"[^\s>]*+")
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/=]*+")
# Python refuses to convert thousands of digits, and no character has a number that long.
_ABSURD_REFERENCE = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")
_WANTED_ATTRIBUTES = {"class", "style", "href", "colspan", "rowspan", "start", "type"}
_CONTENT_IS_NOT_TEXT = {"script", "style", "title", "template", "iframe", "xml", "noembed", "noframes"}


def _unescaped(text: str) -> str:
    return html.unescape(_ABSURD_REFERENCE.sub("", text)) if "&" in text else text


class Tokens:
    """("text", words, {}), ("start", tag, attributes) and ("end", tag, {}), in one pass from left to right."""

    def __init__(self, source: str):
        self.source = source
        # Where the last one is: looking for a closing mark that never comes would make each tag read to the end.
        self.last = {mark: source.rfind(mark) for mark in ('"', "'", ">", "-->")}
        self.never_closed: set[str] = set()

    def __iter__(self) -> Iterator[tuple[str, str, Attributes]]:
        source, position = self.source, 0
        while position < len(source):
            opening = source.find("<", position)
            if opening < 0 or opening > self.last[">"]:
                yield "text", _unescaped(source[position:]), {}
                return
            if opening > position:
                yield "text", _unescaped(source[position:opening]), {}
            following = source[opening + 1]
            if source.startswith("<!--", opening) and not source.startswith("<!-->", opening):
                is_closed = opening + 4 <= self.last["-->"]
                position = source.find("-->", opening + 4) + 3 if is_closed else opening + 4
            elif following in "!?":
                position = source.find(">", opening) + 1
            elif following == "/" and (name := _TAG_NAME.match(source, opening + 2)):
                position = source.find(">", name.end()) + 1 or len(source)
                yield "end", name[0].lower(), {}
            elif name := _TAG_NAME.match(source, opening + 1):
                position, attributes = self._attributes(name.end())
                if position < 0:  # never closed: what follows is shown as it stands
                    yield "text", _unescaped(source[opening:]), {}
                    return
                tag = name[0].lower()
                if tag in _CONTENT_IS_NOT_TEXT:
                    position = self._behind(tag, position)
                else:
                    yield "start", tag, attributes
            else:
                yield "text", "<", {}
                position = opening + 1

    def _attributes(self, position: int) -> tuple[int, Attributes]:
        """The position behind the tag (-1 if the tag never ends) and those of its attributes that we look at."""
        source, found = self.source, {}
        while True:
            position = _BETWEEN_ATTRIBUTES.match(source, position).end()
            if position >= len(source):
                return -1, {}
            if source[position] == ">":
                return position + 1, found
            name = _ATTRIBUTE_NAME.match(source, position)
            position = name.end()
            equals = _EQUALS.match(source, position)
            if not equals:
                continue
            start = equals.end()
            quote = source[start : start + 1]
            if quote and quote in "\"'":
                start += 1
                if start > self.last[quote]:
                    return -1, {}
                end = source.find(quote, start)
                position = end + 1
            else:
                position = end = _UNQUOTED.match(source, start).end()
            if (key := name[0].lower()) in _WANTED_ATTRIBUTES:
                found.setdefault(key, _unescaped(source[start:end]))

    def _behind(self, tag: str, position: int) -> int:
        """Behind the end tag of an element whose content is not text; if it has none, its words are kept."""
        if tag not in self.never_closed:
            closing = re.compile(f"</{tag}[^>]*+>", re.IGNORECASE).search(self.source, position)
            if closing:
                return closing.end()
            self.never_closed.add(tag)
        return position
