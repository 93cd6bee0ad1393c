"""CRC-32C, the checksum that Secret Manager carries beside a payload."""

from __future__ import annotations

_POLYNOMIAL = 0x82F63B78


def crc32c(data: bytes) -> int:
    """Castagnoli's CRC, bit by bit: payloads are short."""
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = (checksum >> 1) ^ (_POLYNOMIAL * (checksum & 1))
    return checksum ^ 0xFFFFFFFF
