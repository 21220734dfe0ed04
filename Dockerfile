# One image for the web tier and for workers:
#   web:       docker run -p 8050:8050 -v stratoscope:/home/scope/data -e STRATOSCOPE_PASSWORD=... stratoscope
#   scheduler: docker run ... stratoscope dask scheduler --protocol tls --tls-ca-file ... --tls-cert ... --tls-key ...
#   worker:    docker run -v stratoscope:/home/scope/data ... stratoscope dask worker tls://scheduler:8786 ...
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    NUMBA_CACHE_DIR=/home/scope/numba \
    STRATOSCOPE_HOME=/home/scope/data

RUN useradd --create-home --uid 1000 scope \
    && mkdir -p /home/scope/data /home/scope/numba \
    && chown -R scope:scope /home/scope

WORKDIR /srv/stratoscope
COPY requirements-deploy.txt ./
RUN pip install --require-hashes -r requirements-deploy.txt
COPY app.py ./
COPY analysis ./analysis
COPY dashboard ./dashboard
COPY assets ./assets

USER scope
VOLUME /home/scope/data
EXPOSE 8050

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8050/health', timeout=4)"]

# Refuses to start without STRATOSCOPE_PASSWORD or STRATOSCOPE_NO_AUTH=1.
# STRATOSCOPE_ALLOW_HOST names the addresses under which browsers reach it.
CMD ["python", "app.py", "--host", "0.0.0.0"]
