"""What WeasyPrint's tags lack for people who listen to a document, and for PDF/UA's letter.

While the tags are built: the language of each part that is not in the document's own, the words that stand for a sign
(`aria-label`), and what a link says instead of its address. Afterwards: table headers with names of their own and the
tree that lists them, running heads and feet as artifacts, the watermark.
"""

import re
import threading
from contextlib import contextmanager
from io import BytesIO

import pikepdf
import pydyf
from weasyprint.pdf import tags

# WeasyPrint 70 has no place to ask for these while it builds the tags; its builder calls itself through its module,
# so that one function around it sees every box. `tests/test_pdf.py` says so if a later version does it differently.
_build = tags._build_box_tree
_one_at_a_time = threading.RLock()

_NAMES_IN_A_LEAF = 256


def _with_language_and_description(box, *arguments):
    inner = getattr(box, "_box", box)
    html = getattr(inner, "element", None)
    if html is not None and html.tag not in ("html", "body"):
        if annotation := getattr(inner, "link_annotation", None):
            annotation["Contents"] = pydyf.String(" ".join("".join(html.itertext()).split()) or "–")
            annotation["F"] = 4  # printed
        for element in _build(box, *arguments):
            if language := html.get("lang"):
                element["Lang"] = pydyf.String(language)
            if label := html.get("aria-label"):
                element["ActualText"] = pydyf.String(label)
            yield element
    else:
        yield from _build(box, *arguments)


@contextmanager
def languages_and_descriptions():
    with _one_at_a_time:
        tags._build_box_tree = _with_language_and_description
        try:
            yield
        finally:
            tags._build_box_tree = _build


def finished(source: bytes, *, watermark: bytes = b"") -> bytes:
    with pikepdf.open(BytesIO(source)) as pdf:
        in_the_tree = _name_table_headers(pdf)
        _make_artifacts_of_what_is_not(pdf, in_the_tree)
        if watermark:
            _put_under_every_page(pdf, watermark)
        target = BytesIO()
        _let_every_glyph_stand_for_something(pdf)
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return target.getvalue()


def _let_every_glyph_stand_for_something(pdf: pikepdf.Pdf) -> None:
    """Of a letter and its vowel sign WeasyPrint gives one glyph both characters and the other none, which is malformed.

    The other stands for a joiner, which is neither seen nor read.
    """
    for font in pdf.objects:
        if isinstance(font, pikepdf.Dictionary) and isinstance(font.get("/ToUnicode"), pikepdf.Stream):
            font.ToUnicode.write(font.ToUnicode.read_bytes().replace(b"> <>", b"> <200d>"))


def _name_table_headers(pdf: pikepdf.Pdf) -> set:
    """Header cells get a name that is theirs alone (WeasyPrint gives a repeated head the same ones on every page),
    and the tree of names that it omits. Answers with the elements of the tag tree, by object number."""
    root = pdf.Root.StructTreeRoot
    seen, names = set(), []
    waiting = [(root, "")]
    tables = 0
    while waiting:
        element, table = waiting.pop()
        if isinstance(element, pikepdf.Dictionary):
            seen.add(element.objgen)
            kind = str(element.get("/S", ""))
            if kind == "/Table":
                tables += 1
                table = f"t{tables}-"
            elif kind == "/TH" and "/ID" in element:
                element.ID = pikepdf.String(table + str(element.ID))
                names.append((str(element.ID), element))
            elif kind == "/TD" and "/A" in element and "/Headers" in element.A:
                element.A.Headers = pikepdf.Array([pikepdf.String(table + str(name)) for name in element.A.Headers])
            children = element.get("/K")
            if isinstance(children, pikepdf.Array):
                waiting += [(child, table) for child in children if isinstance(child, pikepdf.Dictionary)]
            elif isinstance(children, pikepdf.Dictionary):
                waiting.append((children, table))
    if names:
        root.IDTree = _name_tree(pdf, sorted(names, key=lambda pair: pair[0]))
    return seen


def _name_tree(pdf: pikepdf.Pdf, names: list) -> pikepdf.Object:
    leaves = []
    for start in range(0, len(names), _NAMES_IN_A_LEAF):
        part = names[start : start + _NAMES_IN_A_LEAF]
        pairs = pikepdf.Array([item for name, element in part for item in (pikepdf.String(name), element)])
        limits = pikepdf.Array([pikepdf.String(part[0][0]), pikepdf.String(part[-1][0])])
        leaves.append(pdf.make_indirect(pikepdf.Dictionary(Names=pairs, Limits=limits)))
    return pdf.make_indirect(pikepdf.Dictionary(Kids=pikepdf.Array(leaves)))


_MARKED = re.compile(rb"/\w+\s*<<\s*/MCID (\d+)\s*>>\s*BDC")


def _make_artifacts_of_what_is_not(pdf: pikepdf.Pdf, in_the_tree: set) -> None:
    """Running heads and feet are marked, yet no element of the tree holds them: say that they are artifacts."""
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    owners = {int(numbers[i]): numbers[i + 1] for i in range(0, len(numbers), 2)}
    for page in pdf.pages:
        elements = owners.get(int(page.obj.get("/StructParents", -1)))
        if not isinstance(elements, pikepdf.Array):
            continue
        orphans = {mcid for mcid, element in enumerate(elements) if element.objgen not in in_the_tree}
        if not orphans:
            continue

        def artifact(match: re.Match, orphans=orphans) -> bytes:
            return b"/Artifact <</Type /Pagination>> BDC" if int(match[1]) in orphans else match[0]

        page.obj.Contents = pdf.make_stream(_MARKED.sub(artifact, page.obj.Contents.read_bytes()))
        for mcid in orphans:
            elements[mcid] = None


def _put_under_every_page(pdf: pikepdf.Pdf, watermark: bytes) -> None:
    with pikepdf.open(BytesIO(watermark)) as source:
        form = pdf.copy_foreign(source.pages[0].as_form_xobject())
        for page in pdf.pages:
            name = page.add_resource(form, pikepdf.Name.XObject)
            page.contents_add(
                b"/Artifact <</Type /Pagination /Subtype /Watermark>> BDC q %s Do Q EMC\n" % bytes(name), prepend=True
            )
