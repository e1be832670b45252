"""Three hundred malformed sheets: each is refused in Japanese, or its bad rows are (threats.md, bars).

Made with a seed, so that a failure can be made again: `ENISHI_TEST_SEED=7 pytest tests/reliability/test_malformed.py`.
"""

import base64
import contextlib
import io
import lzma
import os
import random
import re
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter

from enishi.access.models import User
from enishi.exchange import importing, readers
from enishi.exchange.models import ImportJob
from enishi.people.models import Account, Contact
from enishi.records.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1"), pytest.mark.slow]
SEED = int(os.environ.get("ENISHI_TEST_SEED", "20261123"))
SHEETS = 320
MOST_MEMORY = 300  # MB
MOST_TIME = 30.0  # seconds, on a machine that counts as fast as the slow one that it was set for (`pace`)
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
HEADING = ["会社名", "担当者", "電話", "メール", "取引開始日", "従業員数", "備考"]
ROW = ["丸山商店", "山田 太郎", "03-1111-2222", "a@example.jp", "2020/4/1", "12", "よい"]
# The same heading and two rows as an xls, for which nothing here has a writer.
XLS = lzma.decompress(base64.b85decode(
    "T>t<81poj4|NsC0{{Uz+z8r=ycVP6Sgek(_9Cjyy@{xwzh{`9r;h?w0{@*D7V?!W-g+PKUGRyIWN~rX&h&=nXwPcV)6+$wYx;l*UJVF78ba58<2J$M&eJ?-{"
    "SANw^-b}+(#lRGC(3N+%Al1>xOE>jKVMd_7v;mg$(q>q$-+NBMOEs9B!M8Cbvq4~Eq~r<@m8k-2-LN}_ACa%Lz7`JW)V1+*BNKAKt7I2GXAWj20>UAZ*#IA#"
    "ks|5LXK6tC7_>WMBIvrQfNj6P{qpB@GquC$8W0thN?)S*7yI&Ux!mi@m8IzYqAH#n4_C(alyTS%L;KwoLH-t^%n<enkBI~KVJ3?@&j?B6KKZ}S7)h^Jz4|UV"
    "azg9YeSunhm0(h7kY=tWNt85a*Mg-Id~mhv4=wnO9CsO%5`7h6G}Nr2yj6mGs~8+cxk`hM#|YyyAobD0Q<=@(CyAer27s|5x|bbZY2CxNPrXq^hGuqodB;XW"
    "TCr-`IPbjuUdQM-!#*W4>-wwIrEVU-g??+w6&0|T=)4zC9g@6Zx7x}@ZQ?hp+_wkq(V6mQP#ZXk8W*O+GuF?Lo3h-C_7SJ5n1T};w`J0{`EZfPoTJ2lUv#Ju"
    "m#+8&A!F#tBmFyJxp<)papdo{8|ZLl+9{>~;(C6wimA9OPP=DaJ@h%}iw@tDGAYuV9p^q^OCwE!yE5L_KUYKQbin5%99k}O$ubsK?YCR?*SEIpmDN5Coil5d"
    "`P@tNG{_LUH@n$RX4@m*kXO2Pi%`MxA;TtJw;?XSi{pd?yjfrDmZ3o?ub*l$lmcO4wj0%$zhaAbE7{+GQ+;~Qf$&yi_o|t2=)rR-on&A(;{%sDdg&!%qj;rL"
    "lK7JGhkI6n8@o%T2I)Vws+f13Gq0Nnz{Ze;tTcqCawX_>D7w=15dng4hYC-(h_wpo0j+MZXcq?lE#&fZ76g;|3q8=sgG>N{qJ`g^09}*tq?b2)z+sI~WS&v@"
    "6D!<m%DJw;6)w+<>>y98XEpgmc2lO$pw0VmQb*vrQ}3xT)@8&EsoB+iLe5u9^WPw5mV0#(Qo)0kIC8)8tbT}I72e5<_r7g_0kNGcSPS?@FjCP}XeKO5h%z6w"
    "msk5;s58N4Aclk?=2l+HCxJMSmtAZOpp;o%A{lXJ$+ttV#5l#}N4@pul`qeodUyg@_gj)WagxW-?Y}TV2wT<)TZKL>`E#LHbnM4h9?pWrElixH_qdB0R@kOY"
    "%5kEHT+*i`7!VIHgN^UNm;n|AwF=4s&gb=lx=z<T_pF~bG)z-W&m0@1kbtxdF2zNN4wNZdisXd19iGX=AsCRCeO$(%LZ4K~V~<h+y5D|K&$&&dg<~iqlem?d"
    "bzdzFRqP|sdme4|r-^#J{BqeO1Ly83!J<~7Arr*^bi?9n-1zMU*v!gCaZaa5{DsDr5KUTxy?R;-RvCg_L_M_cJXQTIdj)p^=KD);X>ON&X>Q`W(c`sLf#q3C"
    "w?3IUNnaY#M4`4R(Lc}*V(P%$&K{IsnY9PPahV`b)>STPrN?#XVF46oO_4yebuUhVw(Ze6sHOh2OZ#`0EC"
))  # fmt: skip
Cells = list[list[object]]
Made = tuple[str, bytes]


# --- good files to break --------------------------------------------------------------------------
def book(rows: Cells, *, strange: Callable[[xlsxwriter.Workbook, object], None] | None = None) -> bytes:
    """An xlsx of these rows."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True, "strings_to_urls": False})
    sheet = made.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value)
    if strange:
        strange(made, sheet)
    made.close()
    return out.getvalue()


def text(rows: Cells, encoding: str = "utf-8-sig") -> bytes:
    """A csv of these rows, quoted."""
    lines = (",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows)
    return "\r\n".join(lines).encode(encoding, "replace")


def rezipped(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A book with some of its parts changed, or (None) left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


def container(*streams: str) -> bytes:
    """A compound file (xls, encrypted xlsx) that holds empty streams of these names."""
    end, free = b"\xfe\xff\xff\xff", b"\xff\xff\xff\xff"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0" + bytes(6)
    head += (
        bytes(4)
        + (1).to_bytes(4, "little")
        + (1).to_bytes(4, "little")
        + bytes(4)
        + (4096).to_bytes(4, "little")
    )
    head += end + bytes(4) + end + bytes(4) + bytes(4)
    head = (head + free * 109)[:512].ljust(512, b"\xff")
    table = (b"\xfd\xff\xff\xff" + end).ljust(512, b"\xff")
    entries = b""
    for place, name in enumerate(("Root Entry", *streams)):
        coded = (name + "\0").encode("utf-16-le")
        child = (1).to_bytes(4, "little") if not place and streams else free
        right = (place + 1).to_bytes(4, "little") if 0 < place < len(streams) else free
        entry = coded.ljust(64, b"\0") + len(coded).to_bytes(2, "little") + bytes([5 if not place else 2, 1])
        entries += (entry + free + right + child).ljust(116, b"\0") + end + bytes(8)
    return head + table + entries.ljust(512, b"\0")


# --- what is wrong with them ------------------------------------------------------------------------
def cut(draw: random.Random) -> Made:
    """Cut off somewhere."""
    ending, data = draw.choice(WHOLE)
    return ending, data[: draw.randrange(len(data))]


def flipped(draw: random.Random) -> Made:
    """A few bits the other way round."""
    ending, data = draw.choice(WHOLE)
    bad = bytearray(data)
    for _ in range(draw.choice((1, 3, 20, 200))):
        bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
    return ending, bytes(bad)


def inner_flipped(draw: random.Random) -> Made:
    """An archive that is whole around XML that isn't."""

    def change(name: str, part: bytes) -> bytes | None:
        if draw.random() < 0.5 or not part:
            return part
        if draw.random() < 0.2:
            return None
        bad = bytearray(part)
        for _ in range(draw.choice((1, 5, 50))):
            bad[draw.randrange(len(bad))] = draw.randrange(256)
        return bytes(bad[: draw.randrange(len(bad))] if draw.random() < 0.3 else bad)

    return ".xlsx", rezipped(WHOLE[0][1], change)


def bomb(draw: random.Random) -> Made:
    """Little that unpacks to much."""
    size = draw.choice((60_000_000, 120_000_000))
    part = draw.choice(("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/media/a.png"))
    return ".xlsx", rezipped(WHOLE[0][1], lambda name, held: bytes(size) if name == part else held)


def lying_bomb(draw: random.Random) -> Made:
    """A part that says it is small and isn't."""
    data = bytearray(
        rezipped(WHOLE[0][1], lambda name, held: b" " * 30_000_000 if name.endswith("sheet1.xml") else held)
    )
    size = (30_000_000).to_bytes(4, "little")
    place = data.find(size)
    while place >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")
        place = data.find(size, place + 4)
    return ".xlsx", bytes(data)


def entities(draw: random.Random) -> Made:
    """XML that reaches for files, or grows by its own entities."""
    inner = draw.choice((
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>',
        '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    )).encode()  # fmt: skip
    part = draw.choice(("xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"))

    def change(name: str, held: bytes) -> bytes:
        if name != part:
            return held
        head, mark, rest = held.partition(b"?>")
        return head + mark + inner + rest.replace("丸山商店".encode(), b"&x;")

    return ".xlsx", rezipped(WHOLE[0][1], change)


def misnamed(draw: random.Random) -> Made:
    """An ending that says something else."""
    data = draw.choice([
        *(held for _ending, held in WHOLE), b"\x89PNG\r\n\x1a\n" + bytes(200), b"%PDF-1.7\n%\xe2\xe3", b"<html><table><tr><td>a</td></tr></table>",
        b"{\\rtf1 a}", b"GIF89a" + draw.randbytes(300), draw.randbytes(2000), zipped({"a.txt": b"a"}), zipped({}),
        zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"}),
    ])  # fmt: skip
    return draw.choice((".xlsx", ".xls", ".csv", ".tsv", ".txt", ".ods", ".xlsb", ".pdf", "", ".exe")), data


def zipped(parts: dict[str, bytes]) -> bytes:
    """An archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def locked(draw: random.Random) -> Made:
    """With a password, or a compound file of something else."""
    names = draw.choice(
        (("EncryptionInfo", "EncryptedPackage"), ("WordDocument",), ("Workbook",), ("Book",), ())
    )
    return draw.choice((".xlsx", ".xls")), container(*names)


def hollow(draw: random.Random) -> Made:
    """Nothing, nothing but blanks, nothing but a heading."""
    rows: Cells = draw.choice(([], [[""]], [[" ", "　"]] * 5, [HEADING], [HEADING, HEADING], [["得意先一覧"]], [[], HEADING, ["合計"]]))  # fmt: skip
    return draw.choice(((".xlsx", book(rows)), (".csv", text(rows)), (".tsv", text(rows)), (".csv", b""), (".xlsx", b""), (".csv", b"\xef\xbb\xbf"), (".csv", b"\xff\xfe"), (".csv", b"\r\n" * 50)))  # fmt: skip


def cell_of(draw: random.Random) -> object:
    """What nobody expects in a cell."""
    return draw.choice((
        "あ" * 30_000, "\x00", "a\x00b\x01\x02\x1b[31m", "\u202e逆さ\u202c", "\u200f\u200e", "😀👨‍👩‍👧‍👦🏴", "か\u3099き\u3099" * 20, "é" * 500, "1900/1/0", "9999/12/31", "0000/00/00", "2026/2/30", -1e300, 1e308,
        10**20, -(10**18), "NaN", "Infinity", "-Infinity", "1e999", "=1+1", "=cmd|' /C calc'!A0", "+81-3", "@SUM(A1)", "#REF!", "#N/A", "#DIV/0!", "<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd",
        "${7*7}{{7*7}}", "%s%s%n", "null", "None", "true", True, 0, -0.0, 1e-300, "　", "\t", "\n\n", "a@b", "@@@", "x" * 300 + "@example.jp", "０" * 400, "+" * 50, "9" * 5000, "R99.99.99", "平成99年1月1日", "〃", "合計", "\ufeff", "\ufffd",
        "\ud83d", "￥" * 30, "1,2,3,4", "1億2万3千4百万円", "H0.1.1", "2026-13-45T99:99:99", "(((((((((", "-" * 100, "1" * 39 + "億", "٣٤٥", "²³", "①②③", "Ⅻ", "〒", "〒abc-defg", "tel:", "mailto:", "http://[::1", "https://" + "a" * 3000,
    ))  # fmt: skip


def odd_cells(draw: random.Random) -> Made:
    """A whole table with odd cells in it."""
    rows: Cells = [list(HEADING)]
    for _ in range(draw.randrange(1, 12)):
        row: list[object] = list(ROW)
        for _ in range(draw.randrange(1, 5)):
            row[draw.randrange(len(row))] = cell_of(draw)
        rows.append(row)
    if draw.random() < 0.5:
        clean = [[str(cell).encode("utf-8", "replace").decode() if isinstance(cell, str) else cell for cell in row] for row in rows]  # fmt: skip
        # Excel writes no controls and at most 32,767 characters; XML can't hold the former at all.
        return ".xlsx", book([[re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell)[:32_000] if isinstance(cell, str) else min(max(cell, -1e300), 1e300) for cell in row] for row in clean])  # type: ignore[type-var]  # fmt: skip
    lines = "\r\n".join(",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in rows)
    return ".csv", lines.encode("utf-8", "surrogatepass")


def odd_bytes(draw: random.Random) -> Made:
    """Text in no encoding, or in several."""
    data = bytearray(text([HEADING, ROW, ROW], draw.choice(("utf-8", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be", "iso2022_jp", "utf-32", "utf-7", "latin-1", "gb18030", "big5", "koi8-r"))))  # fmt: skip
    for _ in range(draw.randrange(4)):
        place = draw.randrange(len(data))
        data[place:place] = draw.choice((b"\xed\xa0\x80", b"\xff\xfe", b"\x80", b"\x00", draw.randbytes(5), "日本".encode("cp932"), "日本".encode(), b"\x1b$B", b'"', b"\r", b"\x1a"))  # fmt: skip
    return draw.choice((".csv", ".csv", ".tsv", ".txt")), bytes(data)


def odd_quotes(draw: random.Random) -> Made:
    """Quotes that never end, lines of every kind, columns without number."""
    body = text([HEADING, ROW]).decode("utf-8-sig")
    pieces = [
        '"' * draw.randrange(9),
        "\r",
        "\n",
        "\r\n",
        ",,,,",
        '","',
        "\t",
        ";",
        body,
        '"あ' * 50,
        "'" * 20,
        ",".join("x" * 1000),
        "a" * 200_000,
    ]
    return ".csv", "".join([body, *(draw.choice(pieces) for _ in range(draw.randrange(1, 12)))]).encode()


def vast(draw: random.Random) -> Made:
    """A megabyte in one cell, a thousand columns, a hundred thousand blank rows."""
    return draw.choice((
        lambda: (".csv", text([HEADING, ["あ" * 350_000, *ROW[1:]]])),
        lambda: (".csv", text([HEADING, [*ROW[:6], "い" * 350_000]])),
        lambda: (".csv", text([[f"列{n}" for n in range(1000)], [f"値{n}" for n in range(1000)]])),
        lambda: (".xlsx", book([[*HEADING, *(f"列{n}" for n in range(1000))], [*ROW, *range(1000)]])),
        lambda: (".csv", text([HEADING]) + b"\r\n,,,,,," * 100_000),
        lambda: (".csv", text([HEADING]) + b"\r\n" * 100_000 + text([ROW], "utf-8")),
        lambda: (".xlsx", book([HEADING], strange=lambda _book, sheet: sheet.write(100_000, 0, "最後の会社"))),
        lambda: (".xlsx", book([HEADING, ROW], strange=lambda _book, sheet: sheet.write(1_048_575, 16_383, "隅"))),
    ))()  # fmt: skip


def odd_book(draw: random.Random) -> Made:
    """Errors as formulas, merges all over, headings twice, sheets without rows."""

    def formulas(_book: object, sheet: object) -> None:
        for row in range(1, 6):
            for column, value in enumerate(("#REF!", "#N/A", "#VALUE!", "#NAME?", "", "nan")):
                sheet.write_formula(row, column, "=1/0", None, value)  # type: ignore[attr-defined]

    def merges(_book: object, sheet: object) -> None:
        sheet.merge_range(0, 0, 3, 6, "会社名")  # type: ignore[attr-defined]
        sheet.merge_range(4, 0, 400, 0, "ひとつの会社")  # type: ignore[attr-defined]
        sheet.merge_range(4, 1, 30, 6, "山田")  # type: ignore[attr-defined]

    def dates(made: xlsxwriter.Workbook, sheet: object) -> None:
        form = made.add_format({"num_format": "yyyy/mm/dd"})
        for row, serial in enumerate((0, 0.5, 1, 60, 2_958_465, 2_958_466, -1, 1e15, 1e300), 1):
            sheet.write(row, 0, f"会社{row}")  # type: ignore[attr-defined]
            sheet.write_number(row, 4, serial, form)  # type: ignore[attr-defined]

    return ".xlsx", draw.choice((
        lambda: book([HEADING], strange=formulas),
        lambda: book([], strange=merges),
        lambda: book([HEADING], strange=dates),
        lambda: book([["会社名"] * 7, ROW, ROW]),
        lambda: book([[*HEADING, *HEADING], [*ROW, *ROW]]),
        lambda: book([[1, 2, 3], [4, 5, 6]]),
        lambda: book([["="], ["-"], ["0"]]),
        lambda: book([], strange=lambda made, _sheet: [made.add_worksheet(f"空{n}") for n in range(60)]),  # type: ignore[func-returns-value]
    ))()  # fmt: skip


WHOLE: list[Made] = [
    (".xlsx", book([HEADING, *([*ROW[:2], *ROW[2:]] for _ in range(8))])),
    (".xls", XLS),
    (".csv", text([HEADING, *([ROW] * 8)])),
    (".csv", text([HEADING, *([ROW] * 8)], "cp932")),
    (".tsv", text([HEADING, ROW], "utf-16")),
]
KINDS = (cut, cut, flipped, flipped, inner_flipped, entities, misnamed, locked, hollow, odd_cells, odd_cells, odd_bytes, odd_quotes, odd_book, vast, bomb, lying_bomb)  # fmt: skip
FEW = {vast: 16, bomb: 4, lying_bomb: 4}  # large ones


def sheets(draw: random.Random) -> Iterator[tuple[str, str, bytes]]:
    """Every kind in turn; of the large ones only some."""
    made = dict.fromkeys(KINDS, 0)
    number = 0
    while number < SHEETS:
        for kind in KINDS:
            if made[kind] >= FEW.get(kind, SHEETS):
                continue
            made[kind] += 1
            number += 1
            ending, data = kind(draw)
            yield f"{kind.__name__}-{number}", f"{number}{ending}", data


# --- the trial --------------------------------------------------------------------------------------
def memory(field: str) -> float:
    """MB of this process: VmRSS now, VmHWM at most so far."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def highest_from_here() -> float:
    """The memory in use; its highest is counted anew (making the files takes more than reading them)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def pace() -> float:
    """How much slower than two million squares in 0.2 s this machine counts just now (1.0: no slower)."""
    started = time.process_time()
    sum(number * number for number in range(2_000_000))
    return max(1.0, (time.process_time() - started) / 0.2)


def try_one(user: User, path: Path) -> str:
    """What became of a file: refused as a whole, or its rows stored and refused, none in part.

    Only `Unreadable` may come out of it, and only in words for the person.
    """
    records, events = Account.objects.count() + Contact.objects.count(), Event.objects.count()
    try:
        job = importing.begin(path, path.name, by=user)
    except readers.Unreadable as error:
        assert JAPANESE.search(str(error)), error
        assert Event.objects.count() == events
        return "unreadable"
    try:
        importing.preview(job)
    except readers.Unreadable as error:
        assert JAPANESE.search(str(error)), error
    importing.run(job)
    job.refresh_from_db()
    assert job.status in {ImportJob.Status.DONE, ImportJob.Status.FAILED}, job.status
    assert job.status == ImportJob.Status.DONE or JAPANESE.search(job.error), job.error
    for row in job.refused_rows.all():
        assert JAPANESE.search(row.reason), row.reason
    created = job.figures.get("created", {})
    grown = Account.objects.count() + Contact.objects.count() - records
    assert grown == created.get("account", 0) + created.get("contact", 0), created
    assert not Contact.objects.filter(name="").exists()
    assert not Account.objects.filter(name="").exists()
    return job.status


@pytest.mark.once
def test_malformed_sheets(alice: User, tmp_path: Path) -> None:
    draw = random.Random(SEED)  # noqa: S311 (a test)
    begun, busy, highest, paces = time.monotonic(), 0.0, 0.0, [pace()]
    outcomes: dict[str, int] = {}
    faults = []
    for name, file_name, data in sheets(draw):
        path = tmp_path / file_name
        path.write_bytes(data)
        before = highest_from_here()
        started = time.process_time()  # the machine may be busy with other tests
        try:
            outcome = try_one(alice, path)
        except Exception as error:  # every one is told, not the first alone
            faults.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
            outcome = "fault"
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        spent = time.process_time() - started
        busy += spent
        highest = max(highest, memory("VmHWM") - before)
        if spent > 5:
            faults.append(f"{name}: {spent:.1f} s")
        path.unlink()
        if sum(outcomes.values()) % 40 == 0:  # other tests come and go beside this one
            paces.append(pace())
    assert not faults, "\n".join(faults)
    assert sum(outcomes.values()) >= 300
    assert min(outcomes["unreadable"], outcomes["done"]) > 50, outcomes
    slower = statistics.mean(paces)
    assert busy < MOST_TIME * slower, f"{busy:.0f} s of {time.monotonic() - begun:.0f} s, {slower:.2f}"
    assert highest < MOST_MEMORY, f"{highest:.0f} MB"
