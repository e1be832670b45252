"""What every record, link and event is stored in (`core`), and what the owner of the company draws (`design`)."""

from enishi.records.models.core import (
    ALIVE,
    GONE,
    Attachment,
    Event,
    EventSubject,
    IdempotencyKey,
    Link,
    Notification,
    Operation,
    Record,
    SavedView,
    SearchDoc,
    Tag,
    Touched,
    record_indexes,
    user_key,
)
from enishi.records.models.design import (
    ConnectionDesign,
    DesignRound,
    DrawnRecord,
    EntityDesign,
    FieldDesign,
    Sequence,
)
from enishi.records.models.handover import Handover
from enishi.records.models.merging import Forward, MergedRow, MergeRule, NotSame
from enishi.records.models.personal import RetentionRule

__all__ = [
    "ALIVE", "GONE", "Attachment", "ConnectionDesign", "DesignRound", "DrawnRecord", "EntityDesign", "Event", "EventSubject",
    "FieldDesign", "Forward", "Handover", "IdempotencyKey", "Link", "MergeRule", "MergedRow", "NotSame", "Notification", "Operation", "Record", "RetentionRule", "SavedView", "SearchDoc", "Sequence", "Tag",
    "Touched", "record_indexes", "user_key",
]  # fmt: skip
