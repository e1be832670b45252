"""Japanese search on both databases: 1- and 2-gram tokens of the folded text.

SQLite keeps them in an FTS5 table whose row ids are those of `SearchDoc`, PostgreSQL in a tsvector under a GIN
index. Whole terms of three and more characters are checked once more against the stored text, because grams
alone would also find 京都東 for 東京都.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BigIntegerField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
)
from django.db.models.expressions import RawSQL

from enishi.access.models import User
from enishi.japanese.companies import sort_base
from enishi.japanese.search import (
    index_tokens,
    normalise_for_search,
    prefix_tokens,
    query_terms,
    query_tokens,
)
from enishi.records import journal, plenty, registry
from enishi.records.entity import Entity
from enishi.records.fields import Reference
from enishi.records.models import SearchDoc
from enishi.records.prepared import fetch_keys
from enishi.records.rows import insert_values, partial
from enishi.records.visible import sees_all, shape, visible

CODES = 4096
TABLE = "records_search"
_LEGAL = re.compile("株式会社|有限会社|合同会社|合資会社|合名会社|[(（][株有同資名][)）]|[㈱㈲㈴㈾]")
TELLING = 3  # grams with which a word is found as well as with more
COMMON = frozenset(
    "株式 式会 会社 有限 限会 合同 同会 商事 商店 商会 工業 産業 建設 製作 作所 物産 電機 食品 運輸 工務 務店 不動 動産 医療 療法 法人 事務 務所".split()
)
LONGEST_QUERY = 100
LONGEST_TEXT = 4000
MOST_READ = 2000  # records whose words are read one by one for somebody from whom some are hidden
DRAFTED = "_drafted_document"  # where a record that isn't stored yet holds its document


@dataclass(frozen=True)
class Hit:
    """A found record and its entity."""

    entity: Entity
    record: Any


def doc_id(entity: Entity, record_id: int) -> int:
    """The key of a record's search text."""
    return record_id * CODES + entity.code


class Document(NamedTuple):
    """What a record is found by: its name, its folded text, the tokens; and what others are called that stand in the text."""

    title: str
    text: str
    tokens: str
    names: tuple[str, ...]


def document(entity: Entity, record: Any) -> Document:
    """The document of a record as it is."""
    text = normalise_for_search(entity.search_text(record)[:LONGEST_TEXT])
    return Document(
        entity.title(record)[:300], text, " ".join(index_tokens(text)), _names(_named(entity), record)
    )


def draft_document(entity: Entity, record: Any, pointing: Mapping[str, Any]) -> None:
    """Makes the document of a record that isn't stored yet, as if it pointed to others that aren't either; `index` takes it
    if they are still called so then."""
    held, cache = record.__dict__, record._state.fields_cache
    named = [one for one in _named(entity) if one.name in pointing]
    for one in named:
        held[one.column], cache[one.name] = -1, pointing[one.name]
    held[DRAFTED] = document(entity, record)
    for one in named:
        held[one.column] = None
        del cache[one.name]


def _named(entity: Entity) -> list[Reference]:
    """References whose names stand in the text."""
    return [one for one in entity.references if one.name in entity.search_fields]


def _names(references: Iterable[Reference], record: Any) -> tuple[str, ...]:
    return tuple([one.value_text(record) for one in references])


def index(entity: Entity, records: Sequence[Any], *, new: bool = False) -> None:
    """Stores the searchable text of records; `new` says that none of them has one yet (skips the deletion)."""
    if not entity.in_search or not records:
        return
    named = _named(entity)
    name_references(records, named)
    docs, tokens = [], []
    for record in records:
        made: Document | None = record.__dict__.pop(DRAFTED, None)
        if made is None or made.names != _names(named, record):
            made = document(entity, record)
        key = doc_id(entity, record.pk)
        docs.append((key, made.title, made.text))
        tokens.append((key, made.tokens))
    journal.touching(SearchDoc, [key for key, _tokens in tokens])
    if not new:
        with connection.cursor() as cursor:
            _remove(cursor, [key for key, _tokens in tokens])
    _insert(docs, tokens)


def _insert(docs: Sequence[tuple[int, str, str]], tokens: Sequence[tuple[int, str]]) -> None:
    """Stores documents and their tokens."""
    columns = ("id", "title", "text")
    if connection.vendor == "sqlite":
        insert_values("records_searchdoc", columns, docs)
        insert_values(TABLE, ("rowid", "tokens"), tokens)
    else:  # tokens are letters and digits only: as they stand they are a tsvector's text
        rows = [(*doc, words) for doc, (_key, words) in zip(docs, tokens, strict=True)]
        insert_values("records_searchdoc", (*columns, "tokens"), rows)


def name_references(records: Sequence[Any], references: Iterable[Reference]) -> None:
    """Loads what records point to, one query for all of them and only the names, where it isn't loaded."""
    for one in references:
        bare = [
            record
            for record in records
            if one.get(record) is not None and one.name not in record._state.fields_cache
        ]
        if not bare:
            continue
        target, title = one.target.model, one.target.title_field
        rows = target._default_manager.filter(pk__in={one.get(record) for record in bare})
        names = dict(rows.values_list("pk", title))
        for record in bare:
            key = one.get(record)
            if key in names:
                record._state.fields_cache[one.name] = partial(target, **{"id": key, title: names[key]})


def forget(entity: Entity, record_ids: Iterable[int]) -> None:
    """Takes records out of the search (they went to the bin)."""
    keys = [doc_id(entity, key) for key in record_ids]
    if entity.in_search and keys:
        journal.touching(SearchDoc, keys)
        with connection.cursor() as cursor:
            _remove(cursor, keys)


def put_back(texts: Mapping[int, tuple[str, str] | None]) -> None:
    """Makes the documents of these keys what they were: title and folded text; None: there was none."""
    with connection.cursor() as cursor:
        _remove(cursor, list(texts))
    docs = [(key, *held) for key, held in texts.items() if held is not None]
    _insert(docs, [(key, " ".join(index_tokens(text))) for key, _title, text in docs])


def _remove(cursor: Any, keys: list[int]) -> None:
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        marks = ",".join(["%s"] * len(part))
        if connection.vendor == "sqlite":
            cursor.execute(f"DELETE FROM {TABLE} WHERE rowid IN ({marks})", part)  # noqa: S608 (marks only)
        cursor.execute(f"DELETE FROM records_searchdoc WHERE id IN ({marks})", part)  # noqa: S608 (marks only)


def _bare(query: str) -> str:
    """What is asked for, without the legal form, which stands there in many spellings (株式会社, ㈱, (株)); a legal form alone stays."""
    left = _LEGAL.sub(" ", query[:LONGEST_QUERY])
    return left if normalise_for_search(left) else query


def _where(query: str, *, prefix: bool = False) -> tuple[str, list[Any]] | None:
    """SQL behind WHERE (over documents d, and the FTS table s on SQLite) and its parameters; None finds nothing."""
    terms = query_terms(query[:LONGEST_QUERY])
    grams = (
        prefix_tokens(query[:LONGEST_QUERY])
        if prefix
        else [gram for term in query_tokens(query[:LONGEST_QUERY]) for gram in _telling(term)]
    )
    grams = list(dict.fromkeys(grams))
    if not terms or not grams:
        return None
    if connection.vendor == "sqlite":
        sql, parameters = f"{TABLE} MATCH %s", [" AND ".join(f'"{gram}"' for gram in grams)]
    else:
        sql, parameters = "d.tokens @@ %s::tsquery", [" & ".join(f"'{gram}'" for gram in grams)]
    for term in terms:
        if len(term) > 2 or prefix:
            sql += " AND d.text LIKE %s"
            parameters.append(f"%{term}%")
    return sql, parameters


def _telling(grams: list[str]) -> list[str]:
    """The grams of a word that are looked up. Of a whole number only those at its end, which few others share: the beginning of a
    telephone number is a town's or a company's. Of a name not those that stand in every tenth one. The text itself is compared
    in any case."""
    if len(grams) <= TELLING + 1:
        return grams
    if all(map(str.isdigit, grams)):
        return grams[-TELLING:]
    rare = [gram for gram in grams if gram not in COMMON]
    return rare if len(rare) >= TELLING else grams


def _source(sql: str) -> str:
    if connection.vendor != "sqlite":
        return "records_searchdoc d"
    if "d.text" not in sql:
        return f"{TABLE} s"
    return f"{TABLE} s CROSS JOIN records_searchdoc d ON d.id = s.rowid"


def _key() -> str:
    return "s.rowid" if connection.vendor == "sqlite" else "d.id"


def matching(entity: Entity, query: str) -> Q:
    """The condition "found by these words" on an entity; a query without a letter or digit finds nothing.

    What few hold is looked up in the index; what many hold is tried on each row, so that a list that stops at its
    fiftieth row does not gather a million first. Both find the same: a word's grams are all there where it is.
    """
    query = _bare(query)
    where = _where(query)
    if where is None:
        return Q(pk__in=[])
    sql, parameters = where
    key = _key()
    keys = f"SELECT {key} / {CODES} FROM {_source(sql)} WHERE {sql} AND {key} %% {CODES} = %s"  # noqa: S608
    parameters = [*parameters, entity.code]
    if _hides_words(entity):
        return Q(
            pk__in=_told_by_what_is_seen(
                entity, query, f"{keys} ORDER BY {key} DESC LIMIT {MOST_READ}", parameters
            )
        )
    if not _many_hold(keys, parameters):
        return Q(pk__in=RawSQL(keys, parameters))  # noqa: S611 (every value is a parameter)
    texts = SearchDoc.objects.filter(
        pk=ExpressionWrapper(OuterRef("pk") * CODES + entity.code, BigIntegerField())
    )
    for term in query_terms(query[:LONGEST_QUERY]):
        texts = texts.filter(text__contains=term)
    return Q(Exists(texts))


def _many_hold(keys: str, parameters: list[Any]) -> bool:
    """Whether so many records hold the words that a list should walk its order."""
    if plenty.known(keys, *parameters):
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"{keys} LIMIT 1 OFFSET {plenty.PLENTY}", parameters)
        if cursor.fetchone() is None:
            return False
    plenty.keep(keys, *parameters)
    return True


def reads_part(entity: Entity, query: str) -> bool:
    """Whether more records hold the words than are read for somebody from whom some words are hidden (`MOST_READ`): older ones may be
    missing from what he finds."""
    where = _where(_bare(query)) if _hides_words(entity) else None
    if where is None:
        return False
    sql, parameters = where
    key = _key()
    keys = f"SELECT 1 FROM {_source(sql)} WHERE {sql} AND {key} %% {CODES} = %s LIMIT 1 OFFSET {MOST_READ}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(keys, [*parameters, entity.code])
        return cursor.fetchone() is not None


def _hides_words(entity: Entity) -> bool:
    """Whether the indexed text holds words of fields that the person being served doesn't see."""
    return not {*entity.whole.search_fields} <= {*entity.fields} or "tags" not in entity.fields


def _told_by_what_is_seen(entity: Entity, query: str, keys: str, parameters: list[Any]) -> list[int]:
    """Of the newest records that hold the words somewhere, those that hold them where the person may read: the index knows the
    hidden fields too, so that each of these is read."""
    with connection.cursor() as cursor:
        cursor.execute(keys, parameters)
        found = [key for (key,) in cursor.fetchall()]
    rows = entity.model._default_manager.filter(pk__in=found).select_related(*entity.pointers)
    return [row.pk for row in rows if _holds_words(entity, row, query)]


def _holds_words(entity: Entity, record: Any, query: str) -> bool:
    """Whether what may be seen of a record holds all the words."""
    text = normalise_for_search(entity.search_text(record))
    return all(term in text for term in query_terms(query[:LONGEST_QUERY]))


def find(query: str, user: User, *, limit: int = 20, entities: Iterable[Entity] | None = None) -> list[Hit]:
    """Records of every kind that hold all the words, those whose name begins with them first.

    At most a few hundred candidates are ranked, so that the answer takes as long for a million records as for ten.
    """
    query = _bare(query)
    wanted = sorted({entity.code for entity in entities}) if entities is not None else None
    # Customers and deals have their own turn: thousands of notes that begin so must not push the customer of that name out.
    named = [
        one.code
        for one in registry.all_entities()
        if one.in_search and not one.parent_fields and (wanted is None or one.code in wanted)
    ]
    within, reached = _within_reach(user)
    keys: dict[int, int] = {}
    for prefix, most, codes in ((True, 60, named), (True, 60, wanted), (False, 200, wanted)):
        if codes == [] or (codes is wanted and prefix and wanted == named):
            continue
        where = _where(query, prefix=prefix)
        if where is None:
            continue
        sql, parameters = where
        if codes is not None:
            sql += f" AND {_key()} %% {CODES} IN ({','.join(['%s'] * len(codes))})"
            parameters = [*parameters, *codes]
        sql, parameters = f"{sql}{within}", [*parameters, *reached]
        order = f" ORDER BY {_key()} DESC" if connection.vendor == "sqlite" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {_key()} FROM {_source(sql)} WHERE {sql}{order} LIMIT {most}", parameters)  # noqa: S608
            for (key,) in cursor.fetchall():
                keys.setdefault(key, len(keys))
        if len(keys) >= limit * 2:
            break
    return _ranked(query, list(keys), user, limit)


def candidates(
    words: str, user: User, entities: Sequence[Entity], *, most: int, prefix: bool = False
) -> list[tuple[Entity, int]]:
    """Entity and key of the newest records of these entities that hold the words (of which a word begins with them: `prefix`)."""
    where = _where(words, prefix=prefix)
    codes = {one.code: one for one in entities if one.in_search}
    if where is None or not codes:
        return []
    sql, parameters = where
    sql += f" AND {_key()} %% {CODES} IN ({','.join(['%s'] * len(codes))})"
    within, reached = _within_reach(user)
    order = f" ORDER BY {_key()} DESC" if connection.vendor == "sqlite" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_key()} FROM {_source(sql)} WHERE {sql}{within}{order} LIMIT {int(most)}",  # noqa: S608 (every value is a parameter)
            [*parameters, *codes, *reached],
        )
        return [(codes[key % CODES], key // CODES) for (key,) in cursor.fetchall()]


def _within_reach(user: User) -> tuple[str, list[Any]]:
    """What keeps candidates to those that the person may see: else thirty customers of that name who are others' would push out the one
    that is his. Nothing for who sees all."""
    every = [one for one in registry.all_entities() if one.in_search]
    sql, parameters = "", []
    if len(every) < sum(one.in_search for one in registry.whole_entities().values()):
        sql += f" AND {_key()} %% {CODES} IN ({','.join(['%s'] * len(every)) or 'NULL'})"
        parameters += [one.code for one in every]
    for one in every:
        if sees_all(one, user):
            continue
        try:
            inner, values = visible(one, user).values("pk").query.sql_with_params()
        except EmptyResultSet:
            sql, parameters = f"{sql} AND {_key()} %% {CODES} <> %s", [*parameters, one.code]
            continue
        sql += f" AND ({_key()} %% {CODES} <> %s OR {_key()} / {CODES} IN ({inner}))"
        parameters += [one.code, *values]
    return sql, parameters


def _ranked(query: str, keys: list[int], user: User, limit: int) -> list[Hit]:
    titles = dict(
        fetch_keys(
            "titles", lambda some: SearchDoc.objects.filter(pk__in=some).values_list("pk", "title"), keys
        )
    )
    wanted = normalise_for_search(query)

    def place_of(title: str) -> int:
        return 0 if title == wanted else 1 if title.startswith(wanted) else 2 if wanted in title else 3

    def rank(key: int) -> tuple[int, int, int]:
        title = titles.get(key, "")
        place = place_of(normalise_for_search(title))
        if place == 2:  # 「株式会社北川電機」 begins with 「北川」 for whoever looks for it
            place = min(place, place_of(normalise_for_search(sort_base(title))))
        return place, key % CODES, -key

    best = sorted(keys, key=rank)[: limit + 10]
    groups: dict[int, list[int]] = {}
    for key in best:
        groups.setdefault(key % CODES, []).append(key // CODES)
    loaded: dict[int, Hit] = {}
    for code, ids in groups.items():
        entity = registry.by_code(code)
        if entity is None:
            continue
        asked = shape(entity, user, "hits")
        if _hides_words(entity):
            for record in visible(entity, user).filter(pk__in=ids).select_related(*entity.pointers):
                if _holds_words(entity, record, query):
                    loaded[doc_id(entity, record.pk)] = Hit(entity, record)
            continue
        for record in fetch_keys(asked, lambda some, entity=entity: light(entity, user, some), ids):
            loaded[doc_id(entity, record.pk)] = Hit(entity, record)
    return [loaded[key] for key in best if key in loaded][:limit]


def light(entity: Entity, user: User, keys: list[int], *more: str) -> Any:
    """Rows with what a line about a record needs: its name, its reading, the names of what it belongs to, and `more` columns."""
    rows = visible(entity, user).filter(pk__in=keys)
    if type(entity).title is not Entity.title or any(
        type(one.target).title is not Entity.title for one in entity.references
    ):
        return rows.select_related(*entity.pointers)
    names = [one.name for one in entity.references]
    titles = [f"{one.name}__{one.target.title_field}" for one in entity.references]
    return rows.select_related(*names).only(
        *filter(None, (entity.title_field, entity.subtitle_field)), *titles, *more
    )
