"""What programs of the command line share: words in the terminal's language, refusals, and an argument parser that says so."""

import argparse
import os
import sys
from typing import NoReturn


def english() -> bool:
    """Whether the terminal asks for English; Japanese is what Enishi speaks otherwise."""
    language = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return language.lower().startswith("en")


def say(japanese: str, in_english: str) -> str:
    """The sentence in the terminal's language."""
    return in_english if english() else japanese


class Problem(Exception):
    """Something the person at the terminal can understand and put right; its text is one clear sentence."""

    def __init__(self, japanese: str, in_english: str) -> None:
        super().__init__(say(japanese, in_english))


class Parser(argparse.ArgumentParser):
    """Refuses wrong usage with the usage line and one sentence, exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        text = say(
            f"指定が正しくありません（{message}）。使い方は {self.prog} --help で見られます。",
            f"{message}. See {self.prog} --help.",
        )
        self.exit(2, f"{text}\n")
