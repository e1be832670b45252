"""The one condition language: a small JSON tree that serves lists, saved views, segments, automation and API.

    {"all": [tree, …]}   {"any": [tree, …]}   {"not": tree}
    {"field": "status", "op": "in", "value": ["active"]}
    {"search": "田中"}
    {"of": {"field": "account", "where": tree}}                    the record it points to
    {"has": {"entity": "deal", "field": "account", "where": tree, "at_least": 1}}   records that point here
    {"has": {"entity": "task", "link": "about", "where": tree}}    records linked here
    {"has": {"field": "c5", "where": tree, "at_least": 1}}         records tied by a connection that the owner drew
    {"event": {"kinds": ["visit"], "days": 90, "at_least": 2}}     what happened
    {"operation": {"id": 12, "made": true}}                        what an import (a bulk change…) made, or (false) changed

`compile.compile_condition` turns a tree into a Q; `evaluate.matches` answers the same in plain Python and is what
the compiler is tested against; `words.describe` says it in words. Names of fields and operators are looked up in
the entity and never reach a query otherwise.
"""

from enishi.records.conditions.compile import compile_condition
from enishi.records.conditions.tree import BadCondition, Scope, all_of, steady
from enishi.records.conditions.words import describe

__all__ = ["BadCondition", "Scope", "all_of", "compile_condition", "describe", "steady"]
