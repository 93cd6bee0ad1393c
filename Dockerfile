# One image for web, workers, clock, migrations and the simulator; the command says which.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock /tmp/
RUN python -m venv /opt/runbook/venv \
 && /opt/runbook/venv/bin/pip install --quiet --require-hashes --only-binary :all: -r /tmp/requirements.lock
COPY manage.py /opt/runbook/app/
COPY runbook /opt/runbook/app/runbook
COPY incidents /opt/runbook/app/incidents
COPY templates /opt/runbook/app/templates
COPY static /opt/runbook/app/static
COPY infrastructure /opt/runbook/app/infrastructure
WORKDIR /opt/runbook/app
# The key serves this step alone and signs nothing; the running image takes its own.
RUN RUNBOOK_SECRET_KEY=build RUNBOOK_DATA=/opt/runbook/data \
    /opt/runbook/venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
 && /opt/runbook/venv/bin/python -m compileall -q runbook incidents manage.py

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent runbook
COPY --from=build /opt/runbook /opt/runbook
ENV PATH=/opt/runbook/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    DJANGO_SETTINGS_MODULE=runbook.settings \
    RUNBOOK_DATA=/opt/runbook/data
WORKDIR /opt/runbook/app
USER runbook
EXPOSE 8000
CMD ["uvicorn", "runbook.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--ws", "websockets-sansio", "--ws-max-size", "16384", \
     "--http", "httptools", "--lifespan", "off", \
     "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "10", \
     "--timeout-keep-alive", "620", "--no-proxy-headers"]
