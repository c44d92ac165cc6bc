"""How wide texts are, without a font: the widths of a wide sans-serif in hundredths of its size, and line breaking."""

from __future__ import annotations

from collections.abc import Iterator

_BY_WIDTH = {
    28: "'ijl",
    30: "IJ",
    32: " ,.·",
    34: "/:;\\|",
    36: "f",
    40: "()[]t-!",
    42: "r",
    46: '"',
    51: "*_`",
    56: "szcL?",
    60: "Fkvxy",
    64: "PTYaeo$0123456789ESbdghnpqu{}",
    70: "KABVXZCR",
    76: "UNH",
    80: "&DGOQ",
    84: "w#+<=>^~",
    88: "M",
    101: "%mW@",
}
_WIDTHS = {letter: width for width, letters in _BY_WIDTH.items() for letter in letters}
_WIDEST = 101
_WIDE = 0x1100
"""From here on letters may fill a square."""


def width_of(text: str, *, size: int, bold: bool = False) -> int:
    """The width of a line in pixels, rounded up; bold letters are a ninth wider."""
    hundredths = sum(_WIDTHS.get(letter, _WIDEST if ord(letter) >= _WIDE else 84) for letter in text) * size
    return -(-hundredths * (112 if bold else 100) // 10_000)


def wrapped(text: str, *, size: int, width: int) -> list[str]:
    """The text in lines of at most a width; a word that is wider is cut."""
    lines: list[str] = []
    line = ""
    for word in _pieces(text, size=size, width=width):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size=size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines


def _pieces(text: str, *, size: int, width: int) -> Iterator[str]:
    for word in text.split():
        piece = ""
        for letter in word:
            if piece and width_of(piece + letter, size=size) > width:
                yield piece
                piece = ""
            piece += letter
        yield piece
