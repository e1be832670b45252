"""Encodings of Japanese files."""

import codecs
import io
import re
from typing import BinaryIO

import charset_normalizer
from django.utils.translation import gettext as _

# What CP932 lacks and what a reader would accept instead; everything else becomes 〓 (geta), the printers' mark for
# "a character is missing here", so that nothing is lost silently.
_SUBSTITUTES = {
    "—": "―", "–": "－", "−": "－", "〜": "～", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢", "¥": "￥", "㍿": "株式会社",
    "㋿": "令和", "𠮷": "吉", "•": "・", "\u00a0": " ", "é": "e"
}  # fmt: skip
GETA = "〓"
_CHUNK = 1 << 20
_MOST_BROKEN = 0.001
_HALF_KANA = re.compile("[\uff61-\uff9f]")


def detect(stream: BinaryIO) -> str:
    """The encoding of a file of any size, read once through in pieces: byte order marks first, then strict UTF-8, then
    CP932 (never Shift_JIS, which fails on ①㈱髙); UTF-16 without a mark by its zero bytes (as CP932 it would read as junk
    without an error). Where every byte of a long file but a few fits UTF-8 or CP932, that one (the few are for the
    reader to refuse).

    Raises:
        ValueError: where nothing fits, or a file of UTF-16 is cut off.
    """
    start = stream.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _whole_pairs(stream, "utf-16")
    if len(start) >= 2 and start.count(0) > len(start) // 10:
        return _whole_pairs(
            stream, "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        )
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp932", "euc_jis_2004")}
    piece, escapes = start, False
    while True:
        escapes = escapes or b"\x1b$" in piece
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError:
                del decoders[name]
        if not piece or not decoders:
            break
        piece = stream.read(_CHUNK)
    if escapes:
        return "iso2022_jp_ext" if "utf-8" in decoders else next(iter(decoders), "iso2022_jp_ext")
    if "utf-8" not in decoders and len(decoders) == 2 and _is_euc(stream):
        return "euc_jis_2004"
    return next(iter(decoders), "") or _nearly(stream)


def _whole_pairs(stream: BinaryIO, name: str) -> str:
    size = stream.seek(0, io.SEEK_END)
    if size % 2:
        raise _unreadable(size - 1)
    return name


def _is_euc(stream: BinaryIO) -> bool:
    """Whether what fits both CP932 and EUC-JP is the latter: as CP932 its kanji read as half-width kana."""
    stream.seek(0)
    sample = stream.read(_CHUNK)
    wide = [c for c in sample.decode("cp932", "ignore") if not c.isascii()]
    return len(_HALF_KANA.findall("".join(wide))) > 0.5 * len(wide) > 0


def _nearly(stream: BinaryIO) -> str:
    """UTF-8 or CP932 with a few broken bytes; else what `charset_normalizer` says."""
    stream.seek(0)
    sample = stream.read(4 * _CHUNK)
    broken = {name: sample.decode(name, "replace").count("\ufffd") for name in ("utf-8", "cp932")}
    best = min(broken, key=lambda name: broken[name])
    if broken[best] <= max(3, len(sample) * _MOST_BROKEN):
        return best
    guess = charset_normalizer.from_bytes(sample[:200_000]).best()
    if guess is not None and len(sample) < 4 * _CHUNK:
        try:
            sample.decode(guess.encoding)
            return guess.encoding
        except (UnicodeDecodeError, LookupError):
            pass
    raise ValueError(
        _(
            "文字コードが分かりません。Excelで開き直し、「CSV UTF-8」またはxlsx形式で保存してからお試しください。"
        )
    )


def _unreadable(place: int) -> ValueError:
    return ValueError(
        _("ファイルが途中で壊れています（%(place)sバイト目）。もう一度保存し直してお試しください。")
        % {"place": f"{place + 1:,}"}
    )


def cp932_losses(text: str) -> list[str]:
    """The characters, each once, that CP932 can't hold or would give back as others."""
    lost: dict[str, None] = {}
    for character in dict.fromkeys(text):
        try:
            if character.encode("cp932").decode("cp932") != character:
                lost[character] = None
        except UnicodeEncodeError:
            lost[character] = None
    return list(lost)


def encode_cp932(text: str) -> bytes:
    """Bytes for Excel's older import; what CP932 lacks is replaced as `_SUBSTITUTES` says, else by 〓, never by '?'."""
    try:
        return text.encode("cp932")
    except UnicodeEncodeError:
        made = []
        for character in text:
            try:
                made.append(character.encode("cp932"))
            except UnicodeEncodeError:
                made.append(_SUBSTITUTES.get(character, GETA).encode("cp932"))
        return b"".join(made)
