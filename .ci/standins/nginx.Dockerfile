# Debian's nginx with the user, the logs and the start command of the official image.
FROM debian:trixie-slim
RUN groupadd --system --gid 101 nginx \
    && useradd --system --gid 101 --uid 101 --no-create-home --home-dir /nonexistent --shell /bin/false nginx \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates curl nginx \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/* /etc/nginx/conf.d/* /var/log/nginx/* \
    && sed -i 's/^user .*/user nginx;/' /etc/nginx/nginx.conf \
    && install -d -o nginx -g nginx /var/cache/nginx \
    && ln -s /dev/stdout /var/log/nginx/access.log \
    && ln -s /dev/stderr /var/log/nginx/error.log \
    && nginx -t
COPY --chmod=0755 nginx/docker-entrypoint.sh /docker-entrypoint.sh
ENTRYPOINT ["/docker-entrypoint.sh"]
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
