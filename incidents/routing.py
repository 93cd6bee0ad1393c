"""Addresses of the sockets."""

from django.urls import path

from incidents.consumers import NowPage, RoomPage

sockets = [
    path("live/incidents/INC-<int:number>/", RoomPage.as_asgi()),  # type: ignore[arg-type]  # Channels' ASGI callable
    path("live/now/", NowPage.as_asgi()),  # type: ignore[arg-type]  # Channels' ASGI callable
]
