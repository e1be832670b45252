"""Encodings of Japanese files."""

import codecs
from typing import BinaryIO

import charset_normalizer

# What CP932 lacks and what a reader would accept instead; everything else becomes 〓 (geta), the printers' mark for
# "a character is missing here", so that nothing is lost silently.
_SUBSTITUTES = {
    "—": "―", "–": "－", "−": "－", "〜": "～", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢", "¥": "￥", "㍿": "株式会社",
    "㋿": "令和", "𠮷": "吉", "•": "・", "\u00a0": " ", "é": "e"
}  # fmt: skip
GETA = "〓"
_UNKNOWN = (
    "文字コードが分かりません。Excelで開き直し、「CSV UTF-8」またはxlsx形式で保存してからお試しください。"
)


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: byte order marks first, then strict UTF-8, then CP932 (never Shift_JIS, which
    fails on ①㈱髙), UTF-16 without a mark by its zero bytes (as CP932 it would read as junk without an error).

    Raises:
        ValueError: in Japanese, where nothing fits.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name), name
            except UnicodeDecodeError as error:
                raise _unreadable(error) from None
    sample = data[:4096]
    if sample.count(0) > len(sample) // 10:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        name = "utf-16-le" if odd > even else "utf-16-be"
        try:
            return data.decode(name), name
        except UnicodeDecodeError as error:
            raise _unreadable(error) from None
    for name in ("utf-8", "cp932", "euc_jis_2004", "iso2022_jp"):
        try:
            if name == "iso2022_jp" and b"\x1b$" not in data:
                continue
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
    best = charset_normalizer.from_bytes(data[:200_000]).best()
    if best is not None:
        try:
            return data.decode(best.encoding), best.encoding
        except (UnicodeDecodeError, LookupError):
            pass
    raise ValueError(_UNKNOWN)


_CHUNK = 1 << 20
_MOST_BROKEN = 0.001


def detect(stream: BinaryIO) -> str:
    """The encoding of a file of any size, read once through in pieces. Where every byte of a long file but a few fits
    UTF-8 or CP932, that one (the few are for the reader to refuse).

    Raises:
        ValueError: in Japanese, where nothing fits.
    """
    start = stream.read(4096)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name
    if len(start) >= 2 and start.count(0) > len(start) // 10:
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
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
    return next(iter(decoders), "") or _nearly(stream)


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
    raise ValueError(_UNKNOWN)


def _unreadable(error: UnicodeDecodeError) -> ValueError:
    return ValueError(
        f"ファイルが途中で壊れています（{error.start + 1:,}バイト目）。もう一度保存し直してお試しください。"
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
