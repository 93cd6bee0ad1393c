"""CRC-32C, by which Secret Manager notices a payload that was damaged on its way."""

from __future__ import annotations

_CASTAGNOLI = 0x82F63B78


def crc32c(data: bytes) -> int:
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = (checksum >> 1) ^ (_CASTAGNOLI * (checksum & 1))
    return checksum ^ 0xFFFFFFFF
