"""Addresses of the sockets."""

from django.urls import path

from incidents.consumers import NowPage, RoomPage

sockets = [
    path("live/incidents/INC-<int:number>/", RoomPage.as_asgi()),  # type: ignore[arg-type]  # django-stubs know views only
    path("live/now/", NowPage.as_asgi()),  # type: ignore[arg-type]  # django-stubs know views only
]
