"""Addresses: the application at the root, Django's admin for what has no page of its own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("incidents.urls")),
]
