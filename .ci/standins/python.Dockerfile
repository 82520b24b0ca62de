# Debian's CPython moved to /usr/local, where the official slim image has its own: python and pip in /usr/local/bin,
# packages in /usr/local/lib/python3.13/site-packages, headers, no compiler, and python3 unknown to apt.
FROM debian:trixie-slim AS cpython
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        python3.13 \
        python3.13-venv \
    && cd /tmp \
    && apt-get download libpython3.13-dev \
    && dpkg-deb -x libpython3.13-dev_*.deb headers \
    && mkdir -p /python/bin /python/lib /python/share \
    && cp -a headers/usr/include /python/include \
    && cp -a /usr/lib/python3.13 /python/lib/ \
    && cp -a /usr/bin/python3.13 /python/bin/ \
    && cp -a /usr/share/python-wheels /python/share/
# Debian installs to dist-packages and, with a prefix, below PREFIX/local; everybody else does neither.
# The link is there because the frozen copy of site.py inside the executable still looks for dist-packages.
WORKDIR /python/lib/python3.13
RUN rm -f EXTERNALLY-MANAGED _distutils_system_mod.py sitecustomize.py \
    && sed -i "s/, 'posix_local')/, 'posix_prefix')/; s/prefix_scheme = 'posix_local'/prefix_scheme = 'posix_prefix'/" \
        sysconfig/__init__.py \
    && sed -i --follow-symlinks 's,/usr/share/python-wheels,/usr/local/share/python-wheels,; s,/usr/include/python3,/usr/local/include/python3,' \
        _sysconfigdata_*.py \
    && mkdir site-packages \
    && ln -s site-packages dist-packages \
    && ln -s python3.13 /python/bin/python3 \
    && ln -s python3 /python/bin/python

FROM debian:trixie-slim AS plain
RUN rm -f /usr/local/share/ca-certificates/* \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates \
        libbz2-1.0 \
        libdb5.3t64 \
        libexpat1 \
        libffi8 \
        liblzma5 \
        libncursesw6 \
        libreadline8t64 \
        libsqlite3-0 \
        libssl3t64 \
        libuuid1 \
        libzstd1 \
        media-types \
        netbase \
        tzdata \
        zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=cpython /python/ /usr/local/
RUN set -- /usr/local/share/python-wheels/pip-*.whl \
    && python -m compileall -q /usr/local/lib/python3.13 \
    && python "$1/pip" install --no-cache-dir --no-index --root-user-action ignore "$1" \
    && python -c 'import bz2, ctypes, curses, dbm.ndbm, lzma, readline, sqlite3, ssl, uuid, zlib' \
    && ! command -v gcc cc make
CMD ["python3"]

FROM plain AS trusting
COPY local-ca/ /usr/local/share/ca-certificates/
RUN update-ca-certificates
ENV PIP_CERT="/etc/ssl/certs/ca-certificates.crt" \
    REQUESTS_CA_BUNDLE="/etc/ssl/certs/ca-certificates.crt" \
    SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt"
