# A CPython of the machine moved to /usr/local, for the versions that Debian trixie does not have.
FROM debian:trixie-slim
ARG VERSION
RUN rm -f /usr/local/share/ca-certificates/* \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates \
        libbz2-1.0 \
        libcrypt1 \
        libffi8 \
        liblzma5 \
        libncursesw6 \
        libreadline8t64 \
        libsqlite3-0 \
        libssl3t64 \
        libuuid1 \
        media-types \
        netbase \
        tzdata \
        zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY local-ca/ /usr/local/share/ca-certificates/
RUN update-ca-certificates
ENV PIP_CERT="/etc/ssl/certs/ca-certificates.crt" \
    REQUESTS_CA_BUNDLE="/etc/ssl/certs/ca-certificates.crt" \
    SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt"
COPY cpython/ /usr/local/
# pip comes anew, since its scripts name the folder that it was installed to.
RUN ldconfig \
    && ln -s "python$VERSION" /usr/local/bin/python3 \
    && ln -s python3 /usr/local/bin/python \
    && python -m ensurepip --default-pip \
    && python -m pip install --no-cache-dir --root-user-action ignore --upgrade pip==25.3 \
    && python -m compileall -q "/usr/local/lib/python$VERSION" \
    && python -c 'import bz2, ctypes, curses, lzma, readline, sqlite3, ssl, uuid, zlib' \
    && ! command -v gcc cc make
CMD ["python3"]
