# Debian's Ruby reached from /usr/local/bin, with the gem folder and the settings of the official slim image.
FROM debian:trixie-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates \
        ruby \
    && rm -rf /var/lib/apt/lists/* \
    && for name in ruby gem irb; do ln -s "/usr/bin/$name" "/usr/local/bin/$name" || exit; done \
    && install -d -m 1777 /usr/local/bundle
ENV BUNDLE_APP_CONFIG="/usr/local/bundle" \
    BUNDLE_SILENCE_ROOT_WARNING="1" \
    GEM_HOME="/usr/local/bundle" \
    LANG="C.UTF-8" \
    PATH="/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CMD ["irb"]
