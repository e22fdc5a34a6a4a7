"""Addresses of accounts. allauth's names, as allauth looks them up; our addresses."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts import allauth_views, passkeys, registration_views, second_factor, views
from accounts.decorators import page_for_everyone, password_asked_again

own = [
    path("", views.index, name="index"),
    path("profile/", views.profile, name="profile"),
    path("data/", views.data, name="data"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/end/", views.end_session, name="end_session"),
    path("sessions/end-others/", views.end_other_sessions, name="end_other_sessions"),
    path("delete/", views.delete, name="delete"),
    path("deleted/", views.deleted, name="deleted"),
    path("deleted/<str:reference>/", views.deleted_report, name="deleted_report"),
    path("data/copy/", views.export, name="export"),
    path("data/ask/", views.ask, name="ask"),
    path("passkey/", passkeys.passkeys, name="passkeys"),
    path("passkey/add/", passkeys.add, name="add_passkey"),
    path("passkey/<int:pk>/remove/", passkeys.remove, name="remove_passkey"),
    path("passkey/login/", page_for_everyone(passkeys.log_in), name="log_in_by_passkey"),
]

entrance = [
    path(
        "register/",
        page_for_everyone(registration_views.RegisterPage.as_view()),
        name="account_signup",
    ),
    path("login/", page_for_everyone(allauth_views.LoginPage.as_view()), name="account_login"),
    path("logout/", allauth_views.LogoutPage.as_view(), name="account_logout"),
    path(
        "inactive/",
        page_for_everyone(allauth_views.InactivePage.as_view()),
        name="account_inactive",
    ),
    path(
        "confirm-email/",
        page_for_everyone(registration_views.ConfirmationSentPage.as_view()),
        name="account_email_verification_sent",
    ),
    path(
        "confirm-email/sent/<str:token>/",
        registration_views.MailSentPage.as_view(),
        name="account_mail_sent",
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        allauth_views.ConfirmAddressPage.as_view(),
        name="account_confirm_email",
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/then/(?P<onward>[-\w/]+)/$",
        allauth_views.ConfirmAddressPage.as_view(),
        name="account_confirm_email_and_go_on",
    ),
    path(
        "reauthenticate/", allauth_views.ReauthenticatePage.as_view(), name="account_reauthenticate"
    ),
    path("email/", password_asked_again(allauth_views.AddressPage.as_view()), name="account_email"),
]

password = [
    path("change/", allauth_views.ChangePasswordPage.as_view(), name="account_change_password"),
    # Somebody without a password has none to be asked for: the mailed link is the way.
    path(
        "set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path(
        "reset/",
        page_for_everyone(allauth_views.ForgottenPasswordPage.as_view()),
        name="account_reset_password",
    ),
    path(
        "reset/done/",
        page_for_everyone(allauth_views.ResetSentPage.as_view()),
        name="account_reset_password_done",
    ),
    # allauth asks for this name; that the password is saved is said by the page to log in.
    path(
        "reset/key/done/",
        RedirectView.as_view(pattern_name="account_login"),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/$",
        allauth_views.NewPasswordPage.as_view(),
        name="account_reset_password_from_key",
    ),
]

second = [
    path("", second_factor.overview, name="mfa_index"),
    path("authenticate/", allauth_views.CodePage.as_view(), name="mfa_authenticate"),
    path(
        "reauthenticate/",
        allauth_views.ReauthenticateByCodePage.as_view(),
        name="mfa_reauthenticate",
    ),
    path(
        "app/on/",
        password_asked_again(allauth_views.ActivateAppPage.as_view()),
        name="mfa_activate_totp",
    ),
    path(
        "app/off/",
        password_asked_again(allauth_views.DeactivateAppPage.as_view()),
        name="mfa_deactivate_totp",
    ),
    path("recovery-codes/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/new/",
        password_asked_again(allauth_views.NewRecoveryCodesPage.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/file/",
        second_factor.recovery_codes_file,
        name="mfa_download_recovery_codes",
    ),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("", include(entrance)),
    path("password/", include(password)),
    path("2fa/", include(second)),
]
