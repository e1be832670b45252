"""Tests run in a data folder of their own, on SQLite or (`--database=postgresql`) on a PostgreSQL started for them.

Fixtures for all tests, wherever they stand, are in `tests/support/`.
"""

import os

# Before anything reads the settings: nothing of the developer's own installation may be touched.
for name in [name for name in os.environ if name.startswith(("ENISHI_", "DATABASE_URL"))]:
    if not name.startswith("ENISHI_TEST_"):
        del os.environ[name]
os.environ["DJANGO_SETTINGS_MODULE"] = "enishi.site.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's synchronous API runs in an event loop

pytest_plugins = [
    "tests.support.environment",
    "tests.support.people",
    "tests.support.mail",
    "tests.support.program",
    "tests.support.browser",
]
