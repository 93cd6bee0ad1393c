"""The fixtures that other tests stand on."""

import redis


def test_redis_url_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping() is True
