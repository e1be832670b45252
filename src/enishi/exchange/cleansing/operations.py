"""What a person does with what was found: agrees, has it left as it is, takes it back.

Agreed rows are looked at once more in the transaction that writes them. A value that is no longer what the person saw isn't
written: it is proposed anew, or no longer.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.exchange.cleansing.looking import Found
from enishi.exchange.cleansing.models import CleansingFix, CleansingIgnored, CleansingLine, CleansingRow, Work
from enishi.exchange.cleansing.scan import Scanner
from enishi.exchange.importing import Turns
from enishi.japanese.tidy.proposals import RULES
from enishi.records import history, limits, registry, write
from enishi.records.entity import Entity
from enishi.records.errors import NotFound, RecordError, Refused
from enishi.records.models import Event, Operation
from enishi.records.visible import require, visible

BATCH = 500
AT_ONCE = 500  # rows that are written while the person waits
MOST_TOLD = 20  # refusals that are kept in words


def title_of(line: CleansingLine, entity: Entity) -> str:
    """「電話の書き方をそろえる」."""
    found = entity.fields.get(line.field)
    return str(RULES[line.rule].title) % {"field": found.label if found else line.field}


def entity_of(line: CleansingLine, user: User) -> Entity:
    """The line's entity, for somebody who may change that field of it.

    Raises:
        NotAllowed, NotFound
    """
    entity = registry.get(line.entity)
    require(user, "change", entity)
    found = entity.fields.get(line.field)
    if found is None or not found.editable or line.rule not in RULES:
        raise NotFound
    return entity


def agree(line: CleansingLine, *, by: User, ids: Sequence[int] | None = None) -> CleansingFix:
    """Has a line's rows written: all of them, or those of these records.

    Raises:
        NotAllowed, NotFound, Refused: rows that ask must be looked at.
    """
    entity = entity_of(line, by)
    if ids is None and not line.sure:
        raise Refused({"": [_("確かめてから直すものは、まとめて直せません。「選んで直す」で中身を見て選んでください。")]})  # fmt: skip
    rows = line.rows.all() if ids is None else line.rows.filter(record_id__in=ids)
    total = rows.count()
    if not total:
        raise Refused({"": [_("直すものを選んでください。")]})
    what = _("データ整備: %(entity)s %(title)s") % {"entity": entity, "title": title_of(line, entity)}
    with transaction.atomic():
        operation = Operation.objects.create(kind="bulk", user=by, summary=what[:300])
        made = CleansingFix.objects.create(
            line=line,
            user=by,
            ids=None if ids is None else sorted(set(ids)),
            operation=operation,
            total=total,
        )
        if total > AT_ONCE:
            from enishi.exchange.cleansing import tasks

            tasks.fix.enqueue(made.pk)
    return run(made) if total <= AT_ONCE else made


def run(fix: CleansingFix) -> CleansingFix:
    """Writes what was agreed to, or goes on where it was killed."""
    assert fix.user is not None
    try:
        with limits.serving(fix.user):
            entity = entity_of(fix.line, fix.user)
            fix.status, fix.beat_at = Work.RUNNING, timezone.now()
            fix.save(update_fields=["status", "beat_at"])
            scanner, turns = Scanner(fix.line.cleansing, entity), Turns()
            more = True
            while more:
                with turns.turn():
                    more = _step(fix, fix.user, scanner)
    except RecordError as error:
        _fail(fix, str(error))
        return fix
    except Exception:
        _fail(fix, _("直している途中で問題が起きました。ここまでに直した分は「元に戻す」で戻せます。くわしくは管理者が記録（enishi.log）を見てください。"))  # fmt: skip
        raise
    fix.status = Work.DONE
    fix.save(update_fields=["status"])
    if fix.operation is not None:
        fix.operation.figures = {"updated": fix.written}
        fix.operation.save(update_fields=["figures"])
    return fix


def _fail(fix: CleansingFix, text: str) -> None:
    fix.status, fix.error = Work.FAILED, text
    fix.save(update_fields=["status", "error"])


def _step(fix: CleansingFix, user: User, scanner: Scanner) -> bool:
    """The next rows, in one transaction together with how far it is; where a rule speaks against one of them, one by one."""
    for each in (False, True):
        try:
            with transaction.atomic():
                return _write_batch(fix, user, scanner, each=each)
        except Refused:
            fix.refresh_from_db()
            if each:
                raise
    return False


def _write_batch(fix: CleansingFix, user: User, scanner: Scanner, *, each: bool) -> bool:
    line, entity = fix.line, scanner.entity
    rows = line.rows.filter(record_id__gt=fix.after)
    if fix.ids is not None:
        rows = rows.filter(record_id__in=fix.ids)
    held = {row.record_id: row for row in rows.order_by("record_id")[:BATCH]}
    if not held:
        return False
    locked = visible(entity, user, "change").select_for_update(of=("self",))
    records = {record.pk: record for record in locked.filter(pk__in=held).order_by("pk")}
    agreed: list[tuple[Any, Found]] = []
    stale: list[int] = [key for key in held if key not in records]
    for key, record in records.items():
        found = scanner.looker.find(record, (line.field, line.rule, line.sure))
        if found is not None and found.digest == held[key].digest:
            agreed.append((record, found))
        else:
            stale.append(key)
    fix.written += _written(fix, user, entity, agreed, each=each)
    fix.changed += len(stale)
    fix.seen += len(held)
    fix.after, fix.beat_at = max(held), timezone.now()
    fix.save(update_fields=["written", "changed", "seen", "after", "beat_at", "refused", "refused_count"])
    CleansingRow.objects.filter(pk__in=[held[key].pk for key in stale if key not in records]).delete()
    scanner.again(list(visible(entity, user, "change").filter(pk__in=held).order_by("pk")))
    return True


def _written(
    fix: CleansingFix, user: User, entity: Entity, agreed: list[tuple[Any, Found]], *, each: bool
) -> int:
    """How many were written. One by one, what is refused is told and stays proposed."""
    if not each:
        pairs = [(record, found.after) for record, found in agreed]
        return len(write.write_many(entity, pairs, by=user, operation=fix.operation))
    done = 0
    for record, found in agreed:
        try:
            with transaction.atomic():
                done += len(
                    write.write_many(entity, [(record, found.after)], by=user, operation=fix.operation)
                )
        except Refused as error:
            fix.refused_count += 1
            fix.refused = [*fix.refused, str(error)][:MOST_TOLD]
    return done


def undo(fix: CleansingFix, *, by: User) -> history.Undone:
    """Takes back what was written, as one; what somebody changed since stays and is named. The records are proposed again.

    Raises:
        NotAllowed, NotFound, Refused
    """
    if fix.operation is None:
        raise Refused({"": [_("元に戻すものがありません。")]})
    try:
        undone = history.undo_operation(fix.operation.pk, by=by)
    except Exception:
        CleansingFix.objects.filter(pk=fix.pk).update(status=Work.DONE)
        raise
    fix.status = Work.UNDONE
    fix.save(update_fields=["status"])
    with limits.serving(by):
        entity = registry.find(fix.line.entity)
        if entity is not None:
            _propose_again(fix, entity, by)
    return undone


def _propose_again(fix: CleansingFix, entity: Entity, by: User) -> None:
    scanner, after = Scanner(fix.line.cleansing, entity), 0
    events = Event.objects.filter(operation=fix.operation, entity=entity.name)
    while True:
        keys = list(
            events.filter(record_id__gt=after).order_by("record_id").values_list("record_id", flat=True).distinct()[:BATCH]
        )  # fmt: skip
        if not keys:
            return
        after = keys[-1]
        with transaction.atomic():
            scanner.again(list(visible(entity, by, "change").filter(pk__in=keys).order_by("pk")))


def ignore(line: CleansingLine, *, by: User, ids: Sequence[int]) -> int:
    """Has values of these records left as they are, for everybody, until they change; returns how many.

    Raises:
        NotAllowed, NotFound, Refused
    """
    entity = entity_of(line, by)
    seen = visible(entity, by, "change").filter(pk__in=ids).values_list("pk", flat=True)
    rows = list(line.rows.filter(record_id__in=list(seen)))
    if not rows:
        raise Refused({"": [_("そのままにするものを選んでください。")]})
    with transaction.atomic():
        CleansingIgnored.objects.bulk_create(
            [
                CleansingIgnored(
                    entity=line.entity, field=line.field, rule=line.rule, record_id=row.record_id, digest=row.digest, user=by
                )
                for row in rows
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        CleansingRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def ignore_line(line: CleansingLine, *, by: User, ignored: bool) -> None:
    """Doesn't ask this person any more by this rule for this field, or asks again.

    Raises:
        NotAllowed, NotFound
    """
    entity_of(line, by)
    told: dict[str, Any] = {
        "entity": line.entity,
        "field": line.field,
        "rule": line.rule,
        "record_id": None,
        "user": by,
    }
    if ignored:
        CleansingIgnored.objects.get_or_create(**told)
    else:
        CleansingIgnored.objects.filter(**told).delete()
