"""Finding words whatever their case, accents or vowel signs, the same on every database: both sides are folded."""

import unicodedata

# What is left of Arabic letters once their marks are off: forms that writers use for one another, digits, and the
# stroke that only stretches a word. Alef, waw and yeh with hamza come apart by themselves.
_SAME = str.maketrans("ٱىیةک٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اييهك01234567890123456789") | {ord("ـ"): None}


def folded(text: str) -> str:
    """The text as a search compares it: “Élan”, “ÉLAN” and “elan” are one word, and so are “مُؤَتَّمَر” and “موتمر”."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return bare.translate(_SAME).casefold()
