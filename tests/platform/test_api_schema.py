"""The API as its own description says it is: schemathesis asks every address with what the description allows and forbids (F5)."""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from enishi.connect import tokens
from enishi.records import registry
from enishi.records.design import sets

pytestmark = [pytest.mark.slow, pytest.mark.row("F5")]
# What is refused beyond types (a check digit, a number that is taken, a record that isn't there, a version in neither place) no schema
# can say: such a call is understood and answered 412 (changed since it was read), 422 or 428. One that is not understood (400) the description forbids.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 422, 428]
"""
# One way through for all entities: these stand for the others, with connections, stages, lines, and drawn by the owner.
ASKED = {"contacts", "deals", "quotes", "suppliers"}


def test_no_call_breaks_the_server_or_its_own_description(live_enishi: Any, tmp_path: Path) -> None:
    with live_enishi.data():
        alice = live_enishi.person("alice")
        sets.load(next(one["content"] for one in sets.ready() if one["key"] == "wholesale"), by=alice)
        _token, text = tokens.make(alice, "schemathesis", ["read", "write", "delete", "import"], by=alice)
    base = f"{live_enishi.url}/api/v1"
    asked = urllib.request.Request(f"{base}/openapi.json", headers={"Authorization": f"Bearer {text}"})  # noqa: S310 (our own program)
    for _try in range(50):  # what was drawn here the program sees within two seconds
        with urllib.request.urlopen(asked) as answer:  # noqa: S310
            held = json.load(answer)
        if "/suppliers" in held["paths"]:
            break
        time.sleep(0.2)
    assert "/suppliers" in held["paths"]
    every = {entity.slug for entity in registry.all_entities()} | {"carriers", "contracts"}
    held["paths"] = {
        path: one for path, one in held["paths"].items() if path.split("/")[1] not in every - ASKED
    }
    held["servers"] = [{"url": base}]
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(held))
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"), "run", str(path), "--url", base, "-H", f"Authorization: Bearer {text}",
            "--max-examples", "5", "--phases", "coverage,fuzzing", "--workers", "1", "--no-color", "--seed", "1",
        ],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
