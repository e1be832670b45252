"""Writes package-lock.json without any address: whom to sponsor and where a package was fetched from belong to npm, not to us.

python tools/plain_lock.py          (part of `make lock`)
"""

import json
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "package-lock.json"
ADDRESSES = ("funding", "resolved")


def main() -> None:
    """Takes the addresses out of each package's entry."""
    held = json.loads(LOCK.read_text(encoding="utf-8"))
    for package in held["packages"].values():
        for name in ADDRESSES:
            package.pop(name, None)
    LOCK.write_text(json.dumps(held, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
