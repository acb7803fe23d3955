# One image for the web server and the background worker: they differ by their command (see compose.yaml).
FROM python:3.13-slim-trixie

RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-noto-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/portal

COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock

COPY . .

# The catalogues and the static files belong to the image. The key and the address below are not kept.
RUN for catalogue in iscm_portal/locale/*/LC_MESSAGES/*.po; do \
        [ -e "$catalogue" ] || continue; \
        pybabel --quiet compile --input-file "$catalogue" --output-file "${catalogue%.po}.mo" || exit 1; \
    done \
    && PORTAL_MODE=production SECRET_KEY=for-building-only PORTAL_ADDRESS=https://for.building.invalid \
        python manage.py collectstatic --noinput --verbosity 0

# Only var/files is written to, and only by this user: mount a volume there.
RUN useradd --system --no-create-home --uid 10001 portal \
    && mkdir -p var/files \
    && chown portal:portal var var/files
USER portal

ENV PORTAL_MODE=production
EXPOSE 8000
CMD ["gunicorn", "iscm_portal.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--threads=4", "--timeout=120", \
     "--worker-tmp-dir=/dev/shm", "--no-control-socket", "--access-logfile=-"]
