"""Addresses of signing in, of one's own profile and of the users. Names that begin with account_ are those allauth asks for."""

from allauth.account import views as allauth
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from enishi.access import views

urlpatterns = [
    path("signin/", views.SignIn.as_view(), name="account_login"),
    path("signout/", allauth.logout, name="account_logout"),
    path("signin/stopped/", allauth.account_inactive, name="account_inactive"),
    path("password/", allauth.password_reset, name="account_reset_password"),
    path("password/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    path("password/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[^/]{1,200})/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("language/", views.switch_language, name="switch-language"),
    path("me/", views.profile, name="profile"),
    path("me/password/", views.ChangePassword.as_view(), name="account_change_password"),
    path("signin/again/", allauth.reauthenticate, name="account_reauthenticate"),
    path("signin/again/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("signin/again/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("signin/code/", factors.authenticate, name="mfa_authenticate"),
    path("signin/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("me/safety/", views.Safety.as_view(), name="mfa_index"),
    path("me/safety/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("me/safety/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("me/safety/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/safety/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/safety/passkeys/new/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("me/safety/passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("me/safety/passkeys/", views.Safety.as_view(), name="mfa_list_webauthn"),
    path("me/safety/devices/<int:pk>/end/", views.end_session, name="end-session"),
    path("me/sign-out-elsewhere/", views.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("settings/users/", views.users, name="users"),
    path("settings/users/new/", views.user_new, name="user-new"),
    path("settings/users/<int:pk>/", views.user_edit, name="user-edit"),
    path("settings/users/<int:pk>/<str:action>/", views.user_action, name="user-action"),
]
