"""All settings of Enishi, in one file, read from the environment by typed helpers (`environment.py`)."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from enishi.site import environment, logs

PACKAGE = Path(__file__).resolve().parent.parent
HOME = environment.home()
HOST = environment.text("ENISHI_HOST", "127.0.0.1")
PORT = environment.number("ENISHI_PORT", 8000)

# --- Safety ---------------------------------------------------------------------------------------
SECRET_KEY = environment.secret_key(HOME)
DEBUG = environment.flag("ENISHI_DEBUG")
# A company on one machine opens it by its own name or address in the office; a host that faces the
# internet names itself in ENISHI_HOSTS. Reset links never take the host from a request header.
PUBLIC_URL = environment.text("ENISHI_URL", f"http://{environment.office_address(HOST)}:{PORT}").rstrip("/")
ALLOWED_HOSTS = [*environment.own_names(HOST, PUBLIC_URL), *environment.items("ENISHI_HOSTS", [])]
BEHIND_TLS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_NAME = "__Host-session" if BEHIND_TLS else "enishi_session"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "enishi_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "enishi.site.errors.csrf_failure"
CSRF_FAILURE_VIEW = "enishi.site.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
API_PER_MINUTE = environment.number("ENISHI_API_PER_MINUTE", 1200)  # calls of one token, per host
READ_LOG_SECONDS = 1.0  # how long who looked at a record may wait to be written (access/reads.py); 0: never
UPLOAD_LIMIT = environment.number("ENISHI_UPLOAD_LIMIT_MB", 100) * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Parts ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "enishi.access",
    "enishi.records",
    "enishi.work",
    "enishi.people",
    "enishi.sales",
    "enishi.exchange",
    "enishi.insight",
    "enishi.connect",
    "enishi.site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "enishi.records.middleware.design",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "enishi.access.middleware.person",
    "enishi.records.middleware.person",
    "enishi.access.middleware.sign_in_required",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "enishi.site.urls"
WSGI_APPLICATION = "enishi.site.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "site" / "templates"],  # before those of the parts, so that ours win
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "enishi.access.context.person",
                "enishi.site.navigation.context",
            ],
            "builtins": ["django.templatetags.i18n", "enishi.records.templatetags.ui"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Data -----------------------------------------------------------------------------------------
DATABASES = {"default": environment.database(f"sqlite:///{HOME / 'enishi.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A deferred transaction that reads and then writes fails at once with "database is locked",
        # whatever the timeout; IMMEDIATE waits its turn.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824; "
            "PRAGMA journal_size_limit=67108864;"
        ),
    }
    # Its app loads PostgreSQL's driver, a quarter of a second of every start; the search field is an unused column here.
    SILENCED_SYSTEM_CHECKS = ["postgres.E005"]
else:
    INSTALLED_APPS.insert(0, "django.contrib.postgres")
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a database that was away and is back serves at once
    DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 10
# For processes that serve for long (enishi.site.process.use_pool); a command opens one connection and is done.
DATABASE_POOL = {"min_size": 1, "max_size": environment.number("ENISHI_DATABASE_POOL", 10), "timeout": 15}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "enishi_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # rate limits live here: a flood of keys must not push them out
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

COMPANY_NAME = environment.text("ENISHI_COMPANY", "Enishi")
MEDIA_ROOT = HOME / "files"
STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("ENISHI_STATIC", str(HOME / "static")))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Every other route asks for a sign-in (enishi.access.middleware.sign_in_required); a test holds this list.
OPEN_ROUTES = frozenset(
    {
        "healthz",
        "favicon",
        "switch-language",
        "manifest",
        "account_login",
        "mfa_authenticate",  # between password and second factor nobody is signed in yet
        "mfa_login_webauthn",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "welcome",
        "calendar-feed",  # by the token in its address
        # By token (enishi.connect.api.base.endpoint), never by session:
        "api-openapi",
        "api-me",
        "api-search",
        "api-imports",
        "api-import",
        "api-list",
        "api-bulk",
        "api-record",
        "api-restore",
        "api-links",
        "api-link",
        "api-timeline",
        "api-files",
        "api-file",
        "api-unknown",
    }
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/today/"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
INVITATION_AGE = 60 * 60 * 24 * 7
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("ENISHI_PROXIES", 1 if BEHIND_TLS else 0)
ACCOUNT_ADAPTER = "enishi.access.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # only admins add users
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "enishi.access.forms.SignInForm",
    "reset_password": "enishi.access.forms.ResetRequestForm",
    "reset_password_from_key": "enishi.access.forms.ResetForm",
    "change_password": "enishi.access.forms.ChangePasswordForm",
    "reauthenticate": "enishi.access.forms.AgainForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/300s/key",
    "reset_password": "10/m/ip,3/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
MFA_ADAPTER = "enishi.access.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by an admin
MFA_TOTP_ISSUER = "Enishi"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones differ
# Browsers offer passkeys on https and on this machine alone; this lets the latter through.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 10
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Words and times ------------------------------------------------------------------------------
# The program is written in Japanese and translated into English, so that no Japanese page can ever
# show a sentence nobody has translated.
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "enishi_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("ENISHI_TIME_ZONE", "Asia/Tokyo")

# --- Mail -----------------------------------------------------------------------------------------
MAIL_CONFIGURED = bool(environment.text("ENISHI_SMTP_HOST"))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = environment.text("ENISHI_SMTP_HOST", "localhost")
EMAIL_PORT = environment.number("ENISHI_SMTP_PORT", 25)
EMAIL_HOST_USER = environment.text("ENISHI_SMTP_USER")
EMAIL_HOST_PASSWORD = environment.text("ENISHI_SMTP_PASSWORD")
EMAIL_USE_TLS = environment.flag("ENISHI_SMTP_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.text("ENISHI_MAIL_FROM", "enishi@localhost")

# --- Log ------------------------------------------------------------------------------------------
LOG_FOLDER = HOME / "log"
LOGGING = logs.configuration(LOG_FOLDER / "enishi.log", environment.text("ENISHI_LOG_LEVEL", "INFO").upper())
