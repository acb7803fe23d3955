"""The difference between two texts, word by word, in a time that grows with their length and not with its square.

How: what both begin and end with is set aside; words that occur once in each text hold the two together (the longest
rising row of them, as in "patience" comparison); between those, the shortest way from one to the other is looked for
with a limit (E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986). Beyond the limit a stretch counts
as replaced as a whole: correct, though coarser than it could be. No clock decides: the same texts always give the same.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

Stretch = tuple[int, int, int]  # where it begins in the old, where in the new, how long it is the same

# Steps of the search (about a microsecond each) for all that one comparison looks at.
MOST_STEPS = 1_000_000
# How often a stretch is divided at its unique words; natural texts need two or three rounds.
MOST_ROUNDS = 6
# Two paragraphs are one that was changed if this share of their words is in both.
LEAST_SIMILARITY = 0.35
# Paragraphs that are compared each with each: old ones times new ones.
MOST_PAIRS = 400


class Effort:
    """What a comparison may still spend, and what it has spent: of any one search, a quarter of what is left."""

    def __init__(self, most: int = MOST_STEPS):
        self.left = most
        self.spent = 0  # all steps, those that are bounded by the length of the texts included

    def allowance(self, length: int) -> int:
        return min(self.left // 4, 20_000 + 4 * length)

    def spend(self, steps: int) -> None:
        self.left -= steps
        self.spent += steps


# ------------------------------------------------------------------------------------------ words


def _punctuation() -> str:
    marks = (chr(code) for code in range(0x10000) if unicodedata.category(chr(code))[0] in "PS")
    return "".join(re.escape(mark) for mark in marks if mark not in "_")


_P = _punctuation()
# Scripts written without spaces: Chinese, and Japanese as far as it looks like it.
_ONE_BY_ONE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# A letter is whatever is none of the others: so vowel signs of Arabic and joiners of Persian stay in their word.
_LETTER = rf"[^\s{_P}{_ONE_BY_ONE}]"
# inter-State, l'égalité, 1,5, page.org/a?b=c
_INSIDE = r"['’.,:/@&=?#%+~\-\u2010\u2011\u00b7]"
_WORD = re.compile(rf"(?:[{_ONE_BY_ONE}]|{_LETTER}++(?:{_INSIDE}++{_LETTER}++)*+|[{_P}]++)\s*+")
# Hints for line breaking and writing direction that nobody sees.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def plain(text: str) -> str:
    """The text as it is compared: letters composed, without invisible hints."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).strip()


def words(text: str) -> list[str]:
    """Words, signs of punctuation and Chinese characters, each with the white space behind it. The text is `plain`."""
    return _WORD.findall(text)


def is_word(token: str) -> bool:
    return any(character.isalnum() for character in token)


# ------------------------------------------------------------------------------------------ what is the same


def common(old: Sequence, new: Sequence, effort: Effort) -> list[Stretch]:
    """What two rows of hashable things have in common, in order."""
    found: list[Stretch] = []
    open_gaps = [(0, len(old), 0, len(new), MOST_ROUNDS)]
    while open_gaps:
        start, end, new_start, new_end, rounds = open_gaps.pop()
        head = _same_at_the_start(old, new, start, end, new_start, new_end)
        if head:
            found.append((start, new_start, head))
            start, new_start = start + head, new_start + head
        tail = _same_at_the_end(old, new, start, end, new_start, new_end)
        if tail:
            end, new_end = end - tail, new_end - tail
            found.append((end, new_end, tail))
        effort.spent += head + tail + 1
        if start == end or new_start == new_end:
            continue
        anchors = _anchors(old, new, start, end, new_start, new_end, effort) if rounds else []
        if not anchors:
            found += _shortest_way(old, new, start, end, new_start, new_end, effort)
        for position, new_position in anchors:
            open_gaps.append((start, position, new_start, new_position, rounds - 1))
            found.append((position, new_position, 1))
            start, new_start = position + 1, new_position + 1
        if anchors:
            open_gaps.append((start, end, new_start, new_end, rounds - 1))
    return _joined(sorted(found))


def _same_at_the_start(old, new, start, end, new_start, new_end) -> int:
    most = min(end - start, new_end - new_start)
    length = 0
    while length < most and old[start + length] == new[new_start + length]:
        length += 1
    return length


def _same_at_the_end(old, new, start, end, new_start, new_end) -> int:
    most = min(end - start, new_end - new_start)
    length = 0
    while length < most and old[end - 1 - length] == new[new_end - 1 - length]:
        length += 1
    return length


def _anchors(old, new, start, end, new_start, new_end, effort) -> list[tuple[int, int]]:
    """Where the words stand that occur once in each: the longest row of them that rises in both."""
    effort.spent += end - start + new_end - new_start
    once = _positions_of_those_occurring_once(old, start, end)
    once_in_new = _positions_of_those_occurring_once(new, new_start, new_end)
    return rising([(position, once_in_new[word]) for word, position in once.items() if word in once_in_new])


def _positions_of_those_occurring_once(row, start, end) -> dict:
    counts = Counter(row[start:end])
    return {word: start + place for place, word in enumerate(row[start:end]) if counts[word] == 1}


def rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of these pairs, given in the order of their first number, in which the second rises too."""
    ends: list[int] = []  # the lowest second number with which a row of each length can end
    last: list[int] = []  # and which pair that is
    before: list[int] = []
    for place, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [second]
        last[length : length + 1] = [place]
    row = []
    place = last[-1] if last else -1
    while place >= 0:
        row.append(pairs[place])
        place = before[place]
    return row[::-1]


def _shortest_way(old, new, start, end, new_start, new_end, effort) -> list[Stretch]:
    """What is the same on the shortest way from one to the other; nothing if finding it would take too long."""
    length, new_length = end - start, new_end - new_start
    effort.spent += length + new_length
    if set(old[start:end]).isdisjoint(new[new_start:new_end]):
        return []
    allowance, steps = effort.allowance(length + new_length), 0
    furthest = {1: 0}  # by diagonal (place in old - place in new): how far into the old one gets
    reached = []  # the same, before each further change
    for changes in range(length + new_length + 1):
        reached.append(dict(furthest))
        for diagonal in range(-changes, changes + 1, 2):
            if diagonal == -changes or (
                diagonal != changes and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
            ):
                place = furthest[diagonal + 1]
            else:
                place = furthest[diagonal - 1] + 1
            first = place
            while (
                place < length
                and place - diagonal < new_length
                and old[start + place] == new[new_start + place - diagonal]
            ):
                place += 1
            furthest[diagonal] = place
            steps += place - first + 1
            if place >= length and place - diagonal >= new_length:
                effort.spend(steps)
                return _way_back(reached, length, new_length, start, new_start)
        # Keeping what was reached takes about a tenth of a step for each diagonal.
        steps += changes // 10
        if steps > allowance:
            break
    effort.spend(steps)
    return []


def _way_back(reached, place, new_place, start, new_start) -> list[Stretch]:
    found = []
    for changes in range(len(reached) - 1, -1, -1):
        furthest, diagonal = reached[changes], place - new_place
        if diagonal == -changes or (
            diagonal != changes and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
        ):
            before = diagonal + 1
        else:
            before = diagonal - 1
        came_from = furthest[before] if changes else 0
        first = came_from + (before < diagonal) if changes else 0
        if place > first:
            found.append((start + first, new_start + first - diagonal, place - first))
        place, new_place = came_from, came_from - before
    return found


def _joined(found: list[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for position, new_position, length in found:
        if joined:
            begin, new_begin, so_far = joined[-1]
            if begin + so_far == position and new_begin + so_far == new_position:
                joined[-1] = (begin, new_begin, so_far + length)
                continue
        joined.append((position, new_position, length))
    return joined


def readable(found: list[Stretch], length: int, new_length: int) -> list[Stretch]:
    """Without the odd word that happens to be the same in the middle of a passage that was written anew."""
    kept: list[Stretch] = []
    for place, (position, new_position, same) in enumerate(found):
        begin, new_begin = (kept[-1][0] + kept[-1][2], kept[-1][1] + kept[-1][2]) if kept else (0, 0)
        after = found[place + 1] if place + 1 < len(found) else (length, new_length, 0)
        changed_before = position - begin + new_position - new_begin
        changed_behind = after[0] - position - same + after[1] - new_position - same
        if same > 2 or min(changed_before, changed_behind) < 2 * same + 2:
            kept.append((position, new_position, same))
    return kept


# ------------------------------------------------------------------------------------------ paragraphs

Pair = tuple[int | None, int | None]  # places of a paragraph in the old and in the new text


def paired(old: list[str], new: list[str], effort: Effort) -> list[Pair]:
    """Which paragraph became which, in reading order; None where it was added or removed. Moved ones are both."""
    pairs: list[Pair] = []
    start = new_start = 0
    for position, new_position, length in [*common(old, new, effort), (len(old), len(new), 0)]:
        pairs += _paired_by_words(old, new, range(start, position), range(new_start, new_position), effort)
        pairs += [(position + place, new_position + place) for place in range(length)]
        start, new_start = position + length, new_position + length
    return pairs


def _paired_by_words(old, new, places: range, new_places: range, effort: Effort) -> list[Pair]:
    if not places or not new_places:
        return [*((place, None) for place in places), *((None, place) for place in new_places)]
    bags = {place: _bag(old[place]) for place in places}
    new_bags = {place: _bag(new[place]) for place in new_places}
    effort.spent += sum(map(len, bags.values())) + sum(map(len, new_bags.values()))
    if len(places) * len(new_places) <= MOST_PAIRS:
        held = []
    else:
        held = _pairs_sharing_rare_words(bags, new_bags)
    pairs: list[Pair] = []
    start, new_start = places.start, new_places.start
    for place, new_place in [*held, (places.stop, new_places.stop)]:
        pairs += _most_similar(bags, new_bags, range(start, place), range(new_start, new_place), effort)
        if place != places.stop:
            pairs.append((place, new_place))
        start, new_start = place + 1, new_place + 1
    return pairs


def _bag(text: str) -> frozenset[str]:
    return frozenset(word.rstrip() for word in words(text) if is_word(word))


def _pairs_sharing_rare_words(bags: dict, new_bags: dict) -> list[tuple[int, int]]:
    """Of many paragraphs: those that share words found in no other, if they are similar."""
    homes, new_homes = _only_home(bags), _only_home(new_bags)
    shared = Counter((home, new_homes[word]) for word, home in homes.items() if word in new_homes)
    best: dict[int, int] = {}
    for (place, new_place), _number in sorted(shared.items(), key=lambda each: (-each[1], each[0])):
        if _similarity(bags[place], new_bags[new_place]) >= LEAST_SIMILARITY:
            best.setdefault(place, new_place)
    return rising(sorted(best.items()))


def _only_home(bags: dict) -> dict[str, int]:
    homes: dict[str, int] = {}
    for place, bag in bags.items():
        for word in bag:
            homes[word] = -1 if word in homes else place
    return {word: home for word, home in homes.items() if home >= 0}


def _similarity(bag: frozenset, new_bag: frozenset) -> float:
    return 2 * len(bag & new_bag) / (len(bag) + len(new_bag)) if bag or new_bag else 0.0


def _most_similar(bags: dict, new_bags: dict, places: range, new_places: range, effort: Effort) -> list[Pair]:
    """Each with each, so that the sum of the similarities is greatest; beyond the limit, all removed and all added."""
    apart: list[Pair] = [*((place, None) for place in places), *((None, place) for place in new_places)]
    steps = len(new_places) * sum(len(bags[place]) // 8 + 1 for place in places)
    if len(places) * len(new_places) > MOST_PAIRS or steps > effort.allowance(0):
        return apart
    effort.spend(steps)
    # best[i][j]: the greatest sum from the i-th old and the j-th new paragraph to the end.
    best = [[0.0] * (len(new_places) + 1) for _ in range(len(places) + 1)]
    similar = {}
    for i in range(len(places) - 1, -1, -1):
        for j in range(len(new_places) - 1, -1, -1):
            similarity = _similarity(bags[places[i]], new_bags[new_places[j]])
            similar[i, j] = similarity if similarity >= LEAST_SIMILARITY else 0.0
            together = similar[i, j] + best[i + 1][j + 1] if similar[i, j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(places) and j < len(new_places):
        if similar[i, j] and best[i][j] == similar[i, j] + best[i + 1][j + 1]:
            pairs.append((places[i], new_places[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((places[i], None))
            i += 1
        else:
            pairs.append((None, new_places[j]))
            j += 1
    pairs += [(place, None) for place in places[i:]]
    return pairs + [(None, place) for place in new_places[j:]]
