"""`enishi token`: keys to the API, from the terminal."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from enishi.access.models import User
from enishi.connect import tokens
from enishi.connect.models import ApiToken
from enishi.kit.command import Parser, Problem, say
from enishi.records import registry


def token(argv: list[str]) -> int:
    """The command.

    Raises:
        Problem
    """
    parser = Parser(prog="enishi token")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help=say("作って表示する", "make one and print it"))
    add.add_argument("--user", required=True, metavar="MAIL")
    add.add_argument("--scope", required=True, nargs="+", metavar="read|write|delete[:ENTITY]|import")
    add.add_argument("--name", default=say("コマンドで作成", "Made by command"))
    add.add_argument(
        "--days",
        type=int,
        default=365,
        help=say("有効な日数（0は無期限）", "days until it expires (0: never)"),
    )
    commands.add_parser("list", help=say("一覧", "list"))
    stop = commands.add_parser("revoke", help=say("止める", "end one"))
    stop.add_argument("id", type=int)
    given = parser.parse_args(argv)
    if given.command == "add":
        user = User.objects.filter(email=given.user.strip().lower(), is_active=True).first()
        if user is None:
            raise Problem(f"利用者「{given.user}」はいません。", f"There is no user {given.user}.")
        registry.rebuild()  # with what the owner has drawn
        scopes = [one for part in given.scope for one in part.split(",")]
        try:
            print(tokens.make(user, given.name, scopes, days=given.days or None, by=None)[1])
        except ValidationError as error:
            raise Problem(" ".join(error.messages), " ".join(error.messages)) from None
        return 0
    if given.command == "list":
        for one in ApiToken.objects.select_related("user"):
            state = say("停止", "ended") if one.revoked_at else ""
            if not state and one.expires_at and one.expires_at <= timezone.now():
                state = say("期限切れ", "expired")
            print(f"{one.pk}\t{one.user.email}\t{one.name}\t{' '.join(one.scopes)}\t{state}".rstrip())
        return 0
    found = ApiToken.objects.select_related("user").filter(pk=given.id).first()
    if found is None:
        raise Problem(f"トークン {given.id} はありません。", f"There is no token {given.id}.")
    tokens.revoke(found, by=None)
    print(say(f"{found.name} を止めました。", f"{found.name} is ended."))
    return 0
