"""Certificates that break the standard are an answer in words, whatever the library raises."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from runbook.cloud.certificates import read_certificate
from tests.support.tls_server import make_certificate

VERSION_3 = bytes.fromhex("a003020102")


def der_of(folder: Path) -> bytes:
    text = make_certificate(folder).read_text()
    begin = text.index("-----BEGIN CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(text[begin:])


def test_a_certificate_of_a_version_that_does_not_exist(tmp_path: Path) -> None:
    der = der_of(tmp_path)
    assert read_certificate(der).names == ("localhost", "*.example.com")
    with pytest.raises(ValueError, match="cannot be read"):
        read_certificate(der.replace(VERSION_3, VERSION_3[:-1] + b"\x09"))


def test_a_name_of_a_kind_that_does_not_exist(tmp_path: Path) -> None:
    """The kind of a name is its tag; 0x82 is a host name."""
    der = der_of(tmp_path)
    with pytest.raises(ValueError, match="cannot be read"):
        read_certificate(der.replace(b"\x82\x09localhost", b"\xa3\x09localhost"))


def test_bytes_that_are_no_certificate() -> None:
    with pytest.raises(ValueError, match="parsing"):
        read_certificate(b"no certificate")
