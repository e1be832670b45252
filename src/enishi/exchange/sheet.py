"""The first rows of a sheet, taken apart: heading, columns, what each may mean, what the rows are about."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from enishi.exchange import comments, contents, headings, privates, vocabulary
from enishi.exchange.headings import Meaning, importable, is_blank, key
from enishi.japanese import amounts
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Choice, Date, FreeChoice, Kana, Money, Number, Percent

SAMPLE = 400
USUAL = {"account", "contact", "deal", "task"}
PERSON = {"name", "family_name", "given_name"}
REACH = {"postal_code", "prefecture", "address", "building", "phone", "fax", "website"}
# What only companies, only people, only deals, only tasks have.
COMPANY_ONLY = {"industry", "employees", "corporate_number", "kind", "website", "started_on"}
PERSON_ONLY = {"gender", "birthday", "family_kana", "given_kana", "preferences", "last_purchase_on", "purchase_total"}  # fmt: skip
DEAL_ONLY = {"amount", "stage", "expected_close", "probability", "lost_reason", "competitor", "code"}
TASK_ONLY = {"due_at", "priority", "done_at"}
_PARTNERS = {"得意先", "得意先名", "取引先", "取引先名"}
_BILLED = {key(word) for word in vocabulary.BILLED.split()}
# Words that say a thing less well than others: they are it only where the sheet has nothing better.
SECOND = dict.fromkeys((key(word) for word in vocabulary.SECOND.split()), 30)
RUNNING = {"no", "番号", "", "連番", "項番", "行", "id", "通番", "行番号", "順番", "seq", "件数", "通シ番号", "通シ"}  # fmt: skip

# What the title of a sheet, or its name, says that the rows are.
_COMPANIES = re.compile(
    r"(取引先|得意先|仕入先|顧客|顧問先|関与先|販売先|納入先|会社|企業|法人|店舗)(様)?(別)?(一覧|台帳|名簿|リスト|マスタ|管理|情報|データ|表)"
)
_PEOPLE = re.compile(r"名刺|担当者|連絡先|アドレス|個人|会員|生徒|患者|氏名")


@dataclass
class Column:
    """One column of the sheet."""

    index: int
    heading: str
    target: str = ""  # "account.name"; "" is not taken in
    unit: int = 1
    sample: list[str] = field(default_factory=list)


def _chosen(found: Choice, cell: Any) -> Any:
    try:
        return found.clean(str(cell).removesuffix("ランク"))
    except ValidationError:
        return ""


class Sheet:
    """The first rows of a sheet, taken apart into heading and columns."""

    def __init__(
        self,
        rows: list[list[Any]],
        name: str = "",
        told: str = "",
        about: str = "",
        several: dict[int, list[list[Any]]] | None = None,
    ) -> None:
        """`several`: columns whose codes are known to stand beside different names further down (`mapping.Plan.repeated`). `told`: the entity that a person has said the rows are. `about`: what comes with others, where the sheet is about that
        (`headings.importable`)."""
        self.told, self.about = told, about
        self.heading = headings.find(rows, about)
        self.header_rows = self.heading.start + self.heading.height
        data = [
            (number, row) for number, row in enumerate(rows[self.header_rows :], self.header_rows + 1)
            if not is_blank(row) and not self._is_heading(row)
        ][:SAMPLE]  # fmt: skip
        self.data = [row for _number, row in data]
        self.numbers = [number for number, _row in data]  # of the rows, as a sheet shows them
        self.several = several or {}
        self.repeated: list[list[Any]] = []  # codes that nobody is known by (`mapping.Plan.repeated`)
        width = max((len(row) for row in rows[self.heading.start :]), default=0)
        texts = [*self.heading.texts, *[""] * width][: max(width, len(self.heading.texts))]
        title = " ".join(text for row in rows[: self.heading.start] for text in headings.texts(row) if text)
        self.name, self.title = name, f"{name} {title}"
        self.unit = amounts.unit_in_header(title) if "単位" in title else 1
        self._cells: dict[int, list[Any]] = {}
        self.columns = [
            Column(
                index,
                text[:200] or (comments.HEADING if comments.are(self.cells(index)) else ""),
                sample=[str(cell)[:100] for cell in self.cells(index)[:5]],
            )
            for index, text in enumerate(texts)
            if text or self.cells(index)
        ]
        for column in self.columns:
            column.unit = amounts.unit_in_header(column.heading)
        self.meaning = {column.index: self._meanings(column) for column in self.columns}
        self.kinds, self.mixed = privates.column_of(self), False
        self._tell_customers()
        self._tell_billed()
        if told in {"account", "contact"}:
            self._name(told)

    def _is_heading(self, row: list[Any]) -> bool:
        """The heading once more, on the next printed page."""
        same = [
            bool(a) and key(a) == key(b)
            for a, b in zip(headings.texts(row), self.heading.texts, strict=False)
        ]
        return sum(same) >= 2 and sum(same) * 2 > sum(map(bool, headings.texts(row)))

    def cells(self, index: int) -> list[Any]:
        """What stands in a column."""
        if index not in self._cells:
            self._cells[index] = [
                row[index] for row in self.data if index < len(row) and row[index] not in (None, "")
            ]
        return self._cells[index]

    def share(self, index: int, test: Callable[[Any], bool]) -> float:
        """How many of a column's cells pass a test; those that say なし or 〃 say nothing of the rest."""
        cells = self.cells(index)[:60]
        said = [one for one in cells if not contents.says_nothing(one) and not contents.says_ditto(one)]
        return contents.share(said or cells, test)

    def filled(self, index: int) -> float:
        """How many of the rows have something in a column."""
        return len(self.cells(index)) / len(self.data) if self.data else 0.0

    def penalty(self, column: Column) -> int:
        """How much less a column counts than another of the same meaning: second-best words, nothing in it."""
        return SECOND.get(key(column.heading), 0) + (0 if self.cells(column.index) else 40)

    def has(self, entity: str, *names: str) -> bool:
        """Whether some heading may mean one of these fields."""
        return any((entity, name) in found for found in self.meaning.values() for name in names)

    def only(self, entity: str, *names: str) -> int:
        """How many headings mean one of these fields and can't mean anything of another entity."""
        return sum(
            bool(found)
            and all(one[0] == entity for one in found)
            and found[0][1] in names
            and key(column.heading) not in SECOND
            for column in self.columns
            for found in (self.meaning[column.index],)
        )

    # --- what a column may mean -------------------------------------------------------------------
    def _meanings(self, column: Column) -> list[Meaning]:
        """What the heading says, less what the cells can't be."""
        if self.is_running_number(column) or self._is_small_number(column):
            return []
        found = headings.means(column.heading, self.about) if column.heading else []
        if ("contact", "phone") in found and self.share(column.index, contents.is_person) > 0.5:
            return [("contact", "name")]  # 連絡先 is a number or somebody
        if ("contact", "title") in found and self.share(column.index, contents.is_honorific) > 0.5:
            return [("contact", "honorific")]  # Outlook's Title
        return [one for one in found if self._fits(column.index, one, column.heading)]

    def _fits(self, index: int, one: Meaning, heading: str) -> bool:
        if not self.cells(index) or not registry.find(one[0]):
            return True
        found = registry.get(one[0]).fields[one[1]]
        if one[1] in PERSON and one[0] in {"account", "contact"}:
            strange = (contents.is_telephone, contents.is_email, contents.is_address, contents.is_date)
            return not any(self.share(index, test) > 0.6 for test in strange)
        if one[1] in {"phone", "fax", "mobile"}:
            # 携帯 is a number whatever stands there; 連絡先 only where most of it reads so.
            least = 0.5 if key(heading) in SECOND else 0.0
            return (
                self.share(index, contents.is_email) < 0.6
                and self.share(index, contents.is_person) < 0.6
                and self.share(index, contents.has_digit) > least
            )
        if isinstance(found, Choice) and not isinstance(found, FreeChoice):
            return self.share(index, lambda cell: bool(_chosen(found, cell))) > 0.2
        if isinstance(found, Kana):
            return self.share(index, contents.has_kana) > 0.5
        if isinstance(found, Date):
            return self.share(index, contents.may_be_when) > 0.5
        if isinstance(found, Percent):
            return self.share(index, contents.may_be_odds) > 0.5
        if isinstance(found, Money | Number):
            return self.share(index, contents.has_digit) > 0.5
        if one[1] == "prefecture":
            return self.share(index, contents.may_be_prefecture) > 0.3
        return True

    def is_running_number(self, column: Column) -> bool:
        """No. columns that only count rows say nothing about anybody; 1, 2, 4, 5 are rows of which some were deleted."""
        numbers = self._bare_numbers(column)
        steps = [later - earlier for earlier, later in zip(numbers, numbers[1:], strict=False)]
        if not numbers:
            return False
        few = min(numbers) <= 3 and max(numbers) <= 2 * len(numbers) + 3
        return few or all(step == 1 or step < 0 for step in steps)

    def _is_small_number(self, column: Column) -> bool:
        """A number of the company's own has letters, zeros in front or at least three digits; 12 under 番号 is a remark."""
        numbers = self._bare_numbers(column)
        return bool(numbers) and min(numbers) < 100

    def _bare_numbers(self, column: Column) -> list[int]:
        """The plain numbers of a column that is called No., where it holds little else."""
        if key(column.heading) not in RUNNING:
            return []
        cells = self.cells(column.index)
        plain = [str(cell) for cell in cells if str(cell).isdigit() and not str(cell).startswith("0")]
        return [int(cell) for cell in plain] if len(plain) >= 0.5 * len(cells) else []

    # --- what the sheet is about ------------------------------------------------------------------
    def _tell_customers(self) -> None:
        """A heading that may mean a company or somebody (顧客名, お客様名) is told by its cells and by what else is there; 得意先名 means
        somebody only where all speaks for it."""
        for column in self.columns:
            found = self.meaning[column.index]
            company = ("account", "name") in found
            person = any(("contact", name) in found for name in PERSON)
            if company and person:
                self.mixed = not self.told and privates.are_mixed(self.cells(column.index))
                is_company = self.told != "contact" and (
                    self.told == "account" or self.mixed or self._is_company_column(column)
                )
                loser = "contact" if is_company else "account"
                self.meaning[column.index] = [one for one in found if one[0] != loser]
            elif (
                company
                and key(column.heading) in _PARTNERS
                and self._are_private(column.index)
                and not self.told
            ):
                self.meaning[column.index] = [("contact", "name")]

    def _tell_billed(self) -> None:
        """請求先 is the customer where companies stand there and no other column names customers; else it is said of one."""
        billed = [one for one in self.columns if key(one.heading) in _BILLED]
        for column in billed:
            others = [
                one
                for one in self.columns
                if one is not column
                and (("account", "name") in self.meaning[one.index] or key(one.heading) in headings.EITHER)
                and one not in billed[billed.index(column) :]
            ]
            firms = self.share(column.index, contents.is_company) >= 0.3
            if others or not firms or self.only("contact", *PERSON_ONLY):
                found = self.meaning[column.index]
                self.meaning[column.index] = [one for one in found if one != ("account", "name")]

    def _name(self, entity: str) -> None:
        """Somebody has said whose list it is: where no heading names one of those, the first that names another does."""
        if entity in self._named():
            return
        for column in self.columns:
            found = self.meaning[column.index]
            if any(one in found for one in (("account", "name"), ("contact", "name"))):
                self.meaning[column.index] = [(entity, "name")]
                return

    def _named(self) -> set[str]:
        return {
            one[0] for found in self.meaning.values() for one in found
            if one == ("account", "name") or (one[0] == "contact" and one[1] in PERSON)
        }  # fmt: skip

    @cached_property
    def named(self) -> set[str]:
        """Which of account and contact the sheet names."""
        made: set[str] = set()
        for column in self.columns:
            found = self.meaning[column.index]
            company = ("account", "name") in found
            if company and self._is_where(column):
                self.meaning[column.index] = [one for one in found if one[0] != "account"]
                company = False
            made |= {"account"} if company else set()
            made |= {"contact"} if any(("contact", name) in found for name in PERSON) else set()
        return made

    def _is_company_column(self, column: Column) -> bool:
        company, person, sure = (
            self.share(column.index, test) for test in (contents.is_company, contents.is_person, privates.is_somebody)
        )  # fmt: skip
        if sure < person / 2:
            person = sure  # 山本電気, 佐藤塗装
        if company >= 0.3 or person >= 0.6 or self.kinds >= 0:
            return company >= 0.3 or self.kinds >= 0
        people = self.only("contact", *PERSON_ONLY)
        firms = self.only("account", *COMPANY_ONLY)
        others = [one for one in self.columns if one is not column and key(one.heading) not in SECOND]
        firms += any(self._is_of_theirs(one) for one in others)
        return firms > people or (not people and person < 0.3)

    def _is_of_theirs(self, column: Column) -> bool:
        """Whether a column names a customer's people, which only companies have (ご担当)."""
        return "担当" in column.heading and ("contact", "name") in self.meaning.get(column.index, [])

    def _are_private(self, index: int) -> bool:
        return (
            self.share(index, contents.is_person) >= 0.6
            and self.share(index, contents.is_company) < 0.1
            and self.only("contact", "birthday", "gender") > 0
        )

    def _is_where(self, column: Column) -> bool:
        """店舗名 in a list of private customers is our own shop, not their company."""
        return headings.is_branch(column.heading) and bool(self.only("contact", *PERSON_ONLY))

    def main(self, wanted: str) -> str:
        """What a row is about: a deal, a task, a person at a company, a company, a private customer."""
        if self.told:
            return self.told
        if wanted and registry.find(wanted) and wanted not in USUAL:
            return wanted
        if not wanted and (own := self._own_entity()):
            return own
        signs = self.only("deal", *DEAL_ONLY)
        if (
            wanted == "deal"
            or self.only("deal", "name")
            or (self.has("deal", "name") and signs)
            or (signs >= 3 and self.has("deal", "amount"))
        ):
            return "deal"
        if wanted == "task" or self._is_to_do():
            return "task"
        if "account" in self.named:
            return "contact" if "contact" in self.named and self._is_card_index() else "account"
        if "contact" in self.named:
            plain = wanted == "account" and not self.only("contact", *PERSON_ONLY)
            return "account" if plain and self.has("account", "name") else "contact"
        if not wanted and self.only("account", "code"):
            return "account"  # 得意先コード and what is new of each
        return wanted or self._main_by_contents()

    def _own_entity(self) -> str:
        """An entity beyond the usual four: one drawn here after which the first column is called (契約書名, 仕入先名), or where the sheet
        has at least two words of its alone. Where it names customers too (会社名), only one drawn here that nearly all of its
        headings belong to, or most of them under a sheet of its name."""
        own = [one for one in importable() if one.name not in USUAL]
        first = next((one for one in self.columns if one.heading and not self.is_running_number(one)), None)
        for one in own:
            if first is not None and key(first.heading) in headings.called_after(one):
                return one.name
        scores = {one.name: self.only(one.name, *one.fields) for one in own}
        best = max(scores, key=lambda name: scores[name], default="")
        titled = best and self.has(best, registry.get(best).title_field)
        if not titled or scores[best] < 2:
            return ""
        return best if not self.named or self._is_all_of(registry.get(best)) else ""

    def _is_all_of(self, own: Entity) -> bool:
        headed = [one for one in self.columns if one.heading]
        known = sum(any(name == own.name for name, _field in self.meaning[one.index]) for one in headed)
        return own.drawn and known >= len(headed) * (0.5 if headings.is_titled_after(own, self.name) else 0.8)

    def _is_to_do(self) -> bool:
        """Tasks have a subject and a due day, a priority or a tick; what shall be done next stands in ledgers too."""
        subjects = [
            column
            for column in self.columns
            if ("task", "name") in self.meaning[column.index] and key(column.heading) not in headings.NEXT
        ]
        ledger = sum(
            any(
                name in REACH | PERSON_ONLY | COMPANY_ONLY | {"kana", "email", "mobile"} for _e, name in found
            )
            for found in self.meaning.values()
        )
        if subjects and self.only("task", *TASK_ONLY) and ledger < 3:
            return True
        return not self.named and self.only("task", "name") > 0 and ledger < 2

    def _is_card_index(self) -> bool:
        """A card index is about people at companies; a ledger with the books of companies is about those."""
        if self.has("contact", "family_name", "met_on"):
            return True
        if _COMPANIES.search(self.title) and not _PEOPLE.search(self.title):
            return False
        books = sum(key(re.sub(r"[(（].*", "", one.heading)) in headings.BOOKS for one in self.columns)
        if books or self.only("account", "code"):
            return False
        if self.has("account", "rank", "industry", "employees", "started_on", "corporate_number"):
            return False
        return self.has("contact", "email", "mobile", "department")

    def _main_by_contents(self) -> str:
        companies = any(self.share(column.index, contents.is_company) > 0.3 for column in self.columns)
        people = any(self.share(column.index, contents.is_person) > 0.5 for column in self.columns)
        return "account" if companies and not people else "contact"
