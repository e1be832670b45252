"""The English catalogue: what the program says is written in Japanese, and each sentence has its English here.

    python tools/messages.py check      what has no English, or is no longer said; exit code 1 where there is any
    python tools/messages.py update     adds new sentences to the catalogue (without English), sets old ones aside as #~
    python tools/messages.py compile    writes the .mo that Django reads

Sentences are found by reading, not by running: calls of Django's gettext functions under whatever name a module
imports them, and `{% translate %}`, `{% blocktranslate %}` and `_("…")` in templates.
"""

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "enishi"
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
JAPANESE = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f]"
)

# Function → positions of context, singular and plural.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
Key = tuple[str, str]  # context, singular


@dataclass
class Found:
    """A sentence, and where it is said."""

    context: str
    singular: str
    plural: str = ""
    places: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """What makes it the same sentence."""
        return self.context, self.singular


class CannotRead(Exception):
    """A sentence that is put together while the program runs can't be in a catalogue."""


# --- Python -----------------------------------------------------------------------------------------
def from_python(text: str, place: str) -> Iterator[Found]:
    """The sentences of a module.

    Raises:
        CannotRead: an f-string or a sum stands where a sentence belongs.
    """
    tree = ast.parse(text)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names.update({one.asname or one.name: one.name for one in node.names if one.name in FUNCTIONS})
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        function = ""
        if isinstance(called, ast.Name):
            function = names.get(called.id, "")
        elif (
            isinstance(called, ast.Attribute)
            and isinstance(called.value, ast.Name)
            and called.value.id == "translation"
        ):
            function = called.attr if called.attr in FUNCTIONS else ""
        if not function:
            continue
        yield from _choices(node, function, place)


def _choices(call: ast.Call, function: str, place: str) -> Iterator[Found]:
    """The call's sentence; two where it chooses between two constants (`_("a" if x else "b")`)."""
    context, singular, plural = FUNCTIONS[function]
    for one in _texts(call, singular, place):
        yield Found(
            next(_texts(call, context, place), "") if context is not None else "",
            one,
            next(_texts(call, plural, place), "") if plural is not None else "",
            [place],
        )


def _texts(call: ast.Call, position: int, place: str) -> Iterator[str]:
    node = call.args[position]
    branches = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    for one in branches:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value
        elif isinstance(one, ast.JoinedStr | ast.BinOp):
            raise CannotRead(
                f"{place}:{call.lineno}: a sentence must be one constant; put values in by %(name)s"
            )


# --- templates --------------------------------------------------------------------------------------
_TAG = re.compile(r"({%.*?%}|{{.*?}}|{#.*?#})")
_LITERAL = re.compile(r"""_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")
_TRANSLATE = re.compile(r"""(?:translate|trans)\s+("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(.*)""", re.DOTALL)
_CONTEXT = re.compile(r"""\bcontext\s+("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def _plain(literal: str) -> str:
    return literal[1:-1].replace(f"\\{literal[0]}", literal[0])


def from_template(text: str, place: str) -> Iterator[Found]:
    """The sentences of a template, as Django's own tags look them up."""
    parts = iter(_TAG.split(text))
    for part in parts:
        if part.startswith("{{"):
            yield from _literals(part, place)
        if not part.startswith("{%"):
            continue
        inner = part[2:-2].strip()
        word = inner.split(None, 1)[0] if inner else ""
        if word == "comment":
            _until(parts, "endcomment")
        elif word in {"blocktranslate", "blocktrans"}:
            yield from _literals(inner, place)
            yield _block(inner, _until(parts, f"end{word}"), place)
        elif match := _TRANSLATE.match(inner):
            context = _CONTEXT.search(match[2])
            yield Found(
                _plain(context[1]) if context else "", _plain(match[1]).replace("%", "%%"), "", [place]
            )
        else:
            yield from _literals(inner, place)


def _literals(text: str, place: str) -> Iterator[Found]:
    for match in _LITERAL.finditer(text):
        yield Found("", _plain(match[1]).replace("%", "%%"), "", [place])


def _until(parts: Iterator[str], end: str) -> list[str]:
    held = []
    for part in parts:
        if part.startswith("{%") and part[2:-2].strip() == end:
            return held
        held.append(part)
    raise CannotRead(f"{end} is missing")


def _block(opening: str, parts: list[str], place: str) -> Found:
    sides: list[list[str]] = [[]]
    for part in parts:
        if part.startswith("{%"):
            sides.append([])  # {% plural %}
        elif part.startswith("{{"):
            sides[-1].append(f"%({part[2:-2].strip()})s")
        elif not part.startswith("{#"):
            sides[-1].append(part.replace("%", "%%"))
    texts = ["".join(side) for side in sides]
    if "trimmed" in opening.split():
        texts = [" ".join(line.strip() for line in text.strip().splitlines()) for text in texts]
    context = _CONTEXT.search(opening)
    return Found(_plain(context[1]) if context else "", texts[0], texts[1] if len(texts) > 1 else "", [place])


def bare_japanese(text: str) -> list[str]:
    """Japanese that a template shows without asking the catalogue."""
    found = []
    parts = iter(_TAG.split(text))
    for part in parts:
        inner = part[2:-2].strip() if part.startswith("{%") else ""
        word = inner.split(None, 1)[0] if inner else ""
        if word == "comment":
            _until(parts, "endcomment")
        elif word in {"blocktranslate", "blocktrans"}:
            _until(parts, f"end{word}")
        elif part.startswith("{#"):
            continue
        elif JAPANESE.search(_LITERAL.sub("", part)) and not _TRANSLATE.match(inner):
            found.append(" ".join(part.split())[:80])
    return found


# --- the catalogue ------------------------------------------------------------------------------------
def templates() -> list[Path]:
    """Every template of the program."""
    return [
        path
        for ending in ("*.html", "*.txt")
        for path in sorted(SOURCE.rglob(ending))
        if "templates" in path.parts
    ]


def extract() -> dict[Key, Found]:
    """Every sentence of the program.

    Raises:
        CannotRead
    """
    made: dict[Key, Found] = {}
    modules = [path for path in sorted(SOURCE.rglob("*.py")) if not {"migrations", "tests"} & set(path.parts)]
    for path in [*modules, *templates()]:
        place = path.relative_to(ROOT).as_posix()
        read = from_python if path.suffix == ".py" else from_template
        for one in read(path.read_text(encoding="utf-8"), place):
            held = made.setdefault(one.key, one)
            held.plural = held.plural or one.plural
            if place not in held.places:
                held.places.append(place)
    return made


def catalogue() -> Catalog:
    """The English catalogue as it is stored."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="en")


def _key(message: Message) -> Key:
    return message.context or "", message.id[0] if isinstance(message.id, tuple) else message.id


def messages(held: Catalog) -> dict[Key, Message]:
    """The catalogue's sentences, without its header."""
    return {_key(message): message for message in held if message.id}


def english(message: Message) -> list[str]:
    """The English of a sentence: one text, or singular and plural."""
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def update() -> tuple[int, int]:
    """Brings the catalogue in line with the program; how many are new and how many were set aside."""
    held, found = catalogue(), extract()
    known = messages(held)
    aside = {_key(message): message for message in held.obsolete.values()}
    made = Catalog(
        locale="en",
        project="Enishi",
        header_comment="# English for Enishi. The program is written in Japanese; see tools/messages.py.",
        charset="utf-8",
        fuzzy=False,
    )
    new = 0
    for key, one in found.items():
        old = known.get(key) or aside.pop(key, None)
        texts = english(old) if old is not None else []
        new += old is None
        if not any(texts) and not JAPANESE.search(one.singular):
            texts = [one.singular, one.plural]
        string: str | tuple[str, ...] = tuple((texts + ["", ""])[:2]) if one.plural else (texts or [""])[0]
        identity = (one.singular, one.plural) if one.plural else one.singular
        made.add(identity, string, context=one.context or None)
    gone = [message for key, message in known.items() if key not in found]
    for message in [*gone, *aside.values()]:
        if any(english(message)):
            made.obsolete[message.id] = message
    store(made)
    return new, len(gone)


def store(held: Catalog) -> None:
    """Writes the catalogue, without the header lines that would only hold Babel's placeholders."""
    stream = io.BytesIO()
    write_po(stream, held, width=0, no_location=True)  # a sentence is found by searching for it
    empty = (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
        "POT-Creation-Date",
        "PO-Revision-Date",
    )
    lines = [
        line
        for line in stream.getvalue().decode().lstrip().splitlines(keepends=True)
        if not line.startswith(tuple(f'"{name}' for name in empty))
    ]
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text("".join(lines), encoding="utf-8")


def problems() -> list[str]:
    """What keeps the catalogue from being whole, in words."""
    found, known = extract(), messages(catalogue())
    told = [
        f"no English: {one.singular!r} ({', '.join(one.places)})"
        for key, one in found.items()
        if key not in known or not all(english(known[key]))
    ]
    told += [f"no longer said: {key[1]!r}" for key in known if key not in found]
    told += [f"fuzzy: {key[1]!r}" for key, message in known.items() if message.fuzzy]
    return told


def compile_catalogue() -> Path:
    """Writes the .mo beside the .po, whole at any moment for a program that reads it meanwhile."""
    target = CATALOGUE.with_suffix(".mo")
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    with unfinished.open("wb") as stream:
        write_mo(stream, catalogue())
    unfinished.replace(target)
    return target


def main(arguments: list[str]) -> int:
    """The command."""
    command = arguments[0] if arguments else "check"
    try:
        if command == "update":
            new, gone = update()
            print(
                f"{new} new, {gone} set aside; {sum(1 for one in problems() if one.startswith('no English'))} without English"
            )
        elif command == "compile":
            print(compile_catalogue().relative_to(ROOT))
        elif command == "check":
            told = problems()
            print("\n".join(told) or f"{len(extract())} sentences, all with English")
            return 1 if told else 0
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except CannotRead as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
