"""Addresses: the application at the root, Django's admin for what has no page of its own."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

# The admin has no way in of its own, which would go round the throttle and the second factor, and
# no page for a new password, which would be written down nowhere and end no token.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as documented

urlpatterns = [
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("", include("incidents.account_urls")),
    path("", include("incidents.administration_urls")),
    path("", include("incidents.alert_urls")),
    path("", include("incidents.notification_urls")),
    path("", include("incidents.health_urls")),
    path("", include("incidents.status_urls")),
    path("", include("incidents.api.urls")),
    path("", include("incidents.urls")),
]
