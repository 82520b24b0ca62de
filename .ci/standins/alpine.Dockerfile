# Alpine from archives of its real root file system, of CPython and of nginx. No Alpine mirror is needed:
# a few packages lie in a signed repository inside the images, so that a plain `apk add` finds them.
FROM debian:trixie-slim AS parts
# The signing key lives in this stage alone. Debian's tini is static, so it runs on musl too.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openssl tini tzdata \
    && install -D /usr/bin/tini-static /parts/tini/sbin/tini \
    && mkdir -p /parts/tzdata/usr/share \
    && cp -a /usr/share/zoneinfo /parts/tzdata/usr/share/ \
    && openssl genrsa -out /parts/key.pem 2048 \
    && openssl rsa -in /parts/key.pem -pubout -out /parts/imgen-local.rsa.pub

FROM scratch AS rootfs
ADD archives/alpine-3.23-rootfs.tar.xz /

FROM rootfs AS packages
COPY --from=parts /parts/ /parts/
COPY --from=parts /parts/imgen-local.rsa.pub /etc/apk/keys/
COPY alpine/ /recipe/
RUN sh /recipe/make-repository /recipe/packages /parts /var/lib/apk-local

FROM rootfs AS alpine
COPY --from=packages /var/lib/apk-local/ /var/lib/apk-local/
COPY --from=packages /etc/apk/keys/imgen-local.rsa.pub /etc/apk/keys/
RUN echo /var/lib/apk-local >/etc/apk/repositories
CMD ["/bin/sh"]

FROM alpine AS python
ADD archives/cpython-3.13-musl-usr-local.tar.xz /usr/local/
COPY local-ca/ /usr/local/share/ca-certificates/
RUN update-ca-certificates && apk add --no-cache tzdata && python --version && pip --version
ENV PATH="/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    PIP_CERT="/etc/ssl/certs/ca-certificates.crt" \
    REQUESTS_CA_BUNDLE="/etc/ssl/certs/ca-certificates.crt" \
    SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt"
CMD ["python3"]

FROM alpine AS nginx
ADD archives/nginx-1.26-musl.tar.xz /
COPY --chmod=0755 nginx/docker-entrypoint.sh /docker-entrypoint.sh
RUN addgroup -S -g 101 nginx \
    && adduser -S -D -H -h /var/cache/nginx -s /sbin/nologin -G nginx -u 101 nginx \
    && apk add --no-cache tzdata \
    && ln -s /dev/stdout /var/log/nginx/access.log \
    && ln -s /dev/stderr /var/log/nginx/error.log \
    && nginx -t
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
