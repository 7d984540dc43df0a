"""All settings. Every one that differs between machines comes from an environment variable."""

from importlib.util import find_spec
from pathlib import Path

import environ

from zhanggui.config.databases import database
from zhanggui.config.keys import secret

env = environ.Env()

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1] if (PACKAGE.parents[1] / "pyproject.toml").exists() else Path.cwd()
VAR = Path(env.str("ZHANGGUI_VAR", default=str(ROOT / "var")))

DEBUG = env.bool("ZHANGGUI_DEBUG", default=False)
DEMO = env.bool("ZHANGGUI_DEMO", default=False)  # the demo shop: simulator, message list, logins
SECRET_KEY = secret("ZHANGGUI_SECRET_KEY", folder=VAR / "keys")
FIELD_KEYS = secret("ZHANGGUI_FIELD_KEYS", folder=VAR / "keys", ring=True)
FIELD_KEYS_FILE = (  # looked at again while the shop runs; see docs/keys.md
    None if env.str("ZHANGGUI_FIELD_KEYS", default="") else VAR / "keys" / "zhanggui_field_keys"
)
INDEX_KEY = secret("ZHANGGUI_INDEX_KEY", folder=VAR / "keys")
ALLOWED_HOSTS = env.list("ZHANGGUI_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
PUBLIC_URL = env.str("ZHANGGUI_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
BEHIND_TLS = PUBLIC_URL.startswith("https://")
TRUSTED_PROXIES = env.int("ZHANGGUI_PROXIES", default=0)  # reverse proxies in front of us

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "template_partials.apps.SimpleAppConfig",
    "zhanggui.core",
    "zhanggui.accounts",
    "zhanggui.regions",
    "zhanggui.catalog",
    "zhanggui.customers",
    "zhanggui.inventory",
    "zhanggui.freight",
    "zhanggui.orders",
    "zhanggui.payments",
    "zhanggui.fulfilment",
    "zhanggui.notifications",
    "zhanggui.integrations",
    "zhanggui.demo",
    "zhanggui.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zhanggui.web.middleware.versions_middleware",
    "zhanggui.web.pages.pages_middleware",
    "zhanggui.web.middleware.policy_middleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhanggui.web.middleware.language_middleware",
    "zhanggui.web.middleware.api_middleware",  # answers programs: what follows is for people only
    "django.contrib.sessions.middleware.SessionMiddleware",
    "zhanggui.web.middleware.BusyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "zhanggui.web.middleware.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "zhanggui.config.urls"
WSGI_APPLICATION = "zhanggui.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": database(
        env.str("DATABASE_URL", default=f"sqlite:///{VAR}/shop.sqlite3"),
        pool=env.int("ZHANGGUI_DB_POOL", default=0),
    )
}

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "core_cache",
        }
    )
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "zhanggui.web.templatetags.shop",
                "zhanggui.web.templatetags.kept",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "zhanggui.web.context.shop",
                "zhanggui.web.console.menu.context",
            ],
        },
    }
]

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "console:login"
LOGIN_REDIRECT_URL = "console:home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "zhanggui.web.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "zhanggui.web.adapter.SocialAccountAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key"}  # wrong codes of an account, from anywhere
MFA_ADAPTER = "zhanggui.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # finger, face or PIN: also alone it is two factors
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "zhanggui.web.console.login.views.locked_out"
AXES_IPWARE_PROXY_COUNT = TRUSTED_PROXIES or None
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = [  # and the password: what its table shall not hold
    *("username", "ip_address", "code", "credential", "old", "new"),
]

# MariaDB has no partial indexes and makes them whole, which serves the same queries. It leaves out
# allauth's partial unique constraint; ours on accounts.FactorSecret keeps the same promise.
SILENCED_SYSTEM_CHECKS = ["models.W036", "models.W037"]

# Language, time, money
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "lang"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("ZHANGGUI_TIME_ZONE", default="Asia/Shanghai")

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
# The API's documentation viewer. As an app Ninja would be imported by every worker and command.
NINJA = find_spec("ninja")
STATICFILES_DIRS = (
    [("ninja", Path(NINJA.origin).parent / "static" / "ninja")] if NINJA and NINJA.origin else []
)
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {  # imported and exported files: never served, only handed out to who may have them
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR / "private",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "zhanggui.web.static_storage.StaticStorage"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (  # map: large, and only read by developers' tools
    *("jpg", "jpeg", "png", "gif", "webp", "avif", "zip", "gz", "br", "woff2", "map", "wasm"),
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o644
# Pictures of imports come from public addresses only; a demo or test may allow local ones.
FETCH_LOCAL = env.bool("ZHANGGUI_FETCH_LOCAL", default=False)

# Jobs
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# Security
# A session is also in the database: who is signed in stays so when Redis starts anew.
SESSION_ENGINE = (
    "django.contrib.sessions.backends.cached_db" if REDIS_URL else "zhanggui.accounts.sessions"
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
X_FRAME_OPTIONS = "DENY"
MEDIA_HOST = env.str("ZHANGGUI_MEDIA_HOST", default="")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *([MEDIA_HOST] if MEDIA_HOST else [])],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", *env.list("ZHANGGUI_PAY_GATEWAYS", default=[])],
    }
}

# WeChat Pay v3 (docs: README, production settings). Without `mchid` the console's keys count.
WECHATPAY = {
    "base": env.str("WECHATPAY_BASE", default="https://api.mch.weixin.qq.com"),
    "mchid": env.str("WECHATPAY_MCHID", default=""),
    "appid": env.str("WECHATPAY_APPID", default=""),
    "serial": env.str("WECHATPAY_SERIAL", default=""),
    "private_key": env.str("WECHATPAY_PRIVATE_KEY_FILE", default=""),
    "apiv3_key": env.str("WECHATPAY_APIV3_KEY", default=""),
    "public_key": env.str("WECHATPAY_PUBLIC_KEY_FILE", default=""),
    "public_key_id": env.str("WECHATPAY_PUBLIC_KEY_ID", default=""),
    # The protocol refuses 127.0.0.1 as the payer's address; the demo sends this one instead.
    "client_ip": env.str("WECHATPAY_CLIENT_IP", default=""),
}

# The WeChat service account: who pays inside WeChat, and signing in there (docs/wechat.md).
WECHAT = {
    "app_id": env.str("WECHAT_APP_ID", default=WECHATPAY["appid"]),
    "app_secret": env.str("WECHAT_APP_SECRET", default=""),  # empty: neither is offered
    "open_base": env.str("WECHAT_OPEN_BASE", default="https://open.weixin.qq.com"),
    "api_base": env.str("WECHAT_API_BASE", default="https://api.weixin.qq.com"),
    "verify": env.str("WECHAT_VERIFY", default=""),  # of MP_verify_….txt: the domain is ours
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_paths": {"()": "zhanggui.config.logs.WithoutPaths"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_paths"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("ZHANGGUI_LOG_LEVEL", default="INFO")},
    "loggers": {
        "wechatpayv3": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "django": {"handlers": [], "propagate": True},  # one handler, which hides paths
        "django.server": {"handlers": [], "propagate": True},
    },
}
