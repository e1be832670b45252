"""`enishi user`: the people, from the terminal of the machine."""

import sys

from django.core.exceptions import ValidationError
from django.db import transaction

from enishi.access import invitations, staff
from enishi.access.models import User
from enishi.access.rights import role_names
from enishi.kit.command import Parser, Problem, say


def user(argv: list[str]) -> int:
    """The command."""
    parser = Parser(prog="enishi user")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help=say("追加する", "add"))
    add.add_argument("mail", metavar="MAIL")
    add.add_argument("--role", type=_role, default=User.Role.MEMBER, help="admin, member, viewer, …")
    add.add_argument("--name", default="", help=say("氏名", "name"))
    add.add_argument(
        "--password-stdin",
        action="store_true",
        help=say("パスワードを標準入力から読む", "read it from standard input"),
    )
    commands.add_parser("list", help=say("一覧", "list"))
    password = commands.add_parser("password", help=say("パスワードを変える", "set a password"))
    password.add_argument("mail", metavar="MAIL")
    password.add_argument("--password-stdin", action="store_true")
    factor = commands.add_parser(
        "reset-factor", help=say("2段階認証とパスキーを外す", "take second factor and passkeys away")
    )
    factor.add_argument("mail", metavar="MAIL")
    stop = commands.add_parser("deactivate", help=say("停止する", "stop"))
    stop.add_argument("mail", metavar="MAIL")
    given = parser.parse_args(argv)
    if given.command == "add":
        return _add(given.mail, given.role, given.name, given.password_stdin)
    if given.command == "list":
        return _list()
    if given.command == "password":
        return _password(given.mail, given.password_stdin)
    person = _find(given.mail)
    if given.command == "reset-factor":
        count = staff.reset_factors(person, by=None)
        print(
            say(
                f"{person.email} の2段階認証とパスキーを外しました（{count}）。",
                f"Took {count} factors away from {person.email}.",
            )
        )
        return 0
    staff.deactivate(person, by=None)
    print(say(f"{person.email} を停止しました。", f"{person.email} is stopped."))
    return 0


def _role(word: str) -> str:
    """The key of a role given by its key or its name."""
    names = role_names()
    found = [key for key, name in names.items() if word in {key, name}]
    if len(found) != 1:
        raise Problem(
            f"「{word}」という役割はありません（{'、'.join(names)}）。",
            f"There is no role {word} ({', '.join(names)}).",
        )
    return found[0]


def _find(mail: str) -> User:
    person = User.objects.filter(email=mail.strip().lower()).first()
    if person is None:
        raise Problem(f"{mail} という利用者はいません。", f"There is no user {mail}.")
    return person


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Problem("標準入力にパスワードがありません。", "There is no password on standard input.")
    return password


def _tell_link(person: User) -> None:
    print(
        say(
            "次のアドレスを開くとパスワードを決められます（1回だけ、7日間）:",
            "Open this to set the password (once, within 7 days):",
        )
    )
    print(f"  {invitations.link(person)}")


def _add(mail: str, role: str, name: str, from_stdin: bool) -> int:
    password = _read_password() if from_stdin else None
    if User.objects.filter(email=mail.strip().lower()).exists():
        raise Problem(f"{mail} はすでに登録されています。", f"{mail} is a user already.")
    try:
        with transaction.atomic():
            person = staff.add(email=mail, name=name or mail.partition("@")[0], role=role, by=None)
            if password is not None:
                staff.set_password(person, password, by=None)
    except ValidationError as error:
        raise Problem(" ".join(error.messages), " ".join(error.messages)) from None
    print(
        say(
            f"{person.email}（{person.role_name}）を追加しました。",
            f"Added {person.email} ({person.role}).",
        )
    )
    if password is None:
        _tell_link(person)
    return 0


def _list() -> int:
    for person in User.objects.order_by("-is_active", "email"):
        state = say("利用中", "active") if person.is_active else say("停止中", "stopped")
        print(f"{person.email}\t{person.name}\t{person.role}\t{state}")
    return 0


def _password(mail: str, from_stdin: bool) -> int:
    person = _find(mail)
    if not from_stdin:
        _tell_link(person)
        return 0
    try:
        staff.set_password(person, _read_password(), by=None)
    except ValidationError as error:
        raise Problem(" ".join(error.messages), " ".join(error.messages)) from None
    print(say(f"{person.email} のパスワードを変えました。", f"The password of {person.email} is changed."))
    return 0
