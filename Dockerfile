# One image for web, worker and beat. Built in two steps, so that no compiler or cache reaches the second.
FROM python:3.11-slim AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 grid && install -d -o grid /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GM_ENV=production GM_DATA_DIR=/data HOST=0.0.0.0 PORT=8000
# The addresses only have to look like some: nothing is asked while files are collected.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql://build@127.0.0.1:1/build \
    REDIS_URL=redis://127.0.0.1:1/0 sh -c 'python -m gridmarketing.prepare --messages && python manage.py collectstatic --no-input'
USER grid
EXPOSE 8000
VOLUME /data
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "gridmarketing.wsgi"]
