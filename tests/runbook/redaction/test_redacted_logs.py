"""What reaches a log."""

from __future__ import annotations

import logging
import logging.config

import pytest

from runbook import settings


def test_the_product_logs_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    formatter = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        dict(settings.LOGGING["formatters"]["line"])
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logger = logging.getLogger("asks.others")
    logger.addHandler(handler)

    try:
        raise ValueError("Bearer abc123def456")
    except ValueError:
        logger.exception("GET https://example.com/?access_token=%s", "hunter2-and-more")

    said = capsys.readouterr().err
    assert "ERROR asks.others: GET https://example.com/?access_token=[redacted token]" in said
    assert "ValueError: Bearer [redacted bearer token]" in said
    assert "hunter2" not in said
