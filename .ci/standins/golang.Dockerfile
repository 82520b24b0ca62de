# Debian's Go laid out like the official image: in /usr/local/go, with a C compiler for cgo and git, workspace in /go.
FROM debian:trixie-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates \
        gcc \
        git \
        golang-go \
        libc6-dev \
    && rm -rf /var/lib/apt/lists/* \
    && ln -s "$(go env GOROOT)" /usr/local/go \
    && install -d -m 1777 /go/bin /go/src
COPY local-ca/ /usr/local/share/ca-certificates/
RUN update-ca-certificates
ENV GOPATH="/go" \
    GOTOOLCHAIN="local" \
    PATH="/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
WORKDIR /go
CMD ["bash"]
