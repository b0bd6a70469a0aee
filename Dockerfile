# Consort in a container; deploy/compose.yaml runs it.
#
#   docker build -t consort .
#   docker run -p 127.0.0.1:8000:8000 -v data:/var/lib/consort -v /path/to/music:/srv/media:ro consort

FROM debian:bookworm-slim AS build
WORKDIR /src
# The packages first: a change of the sources does not install them again.
COPY scripts/setup scripts/setup
COPY scripts/lib/common.sh scripts/lib/common.sh
RUN scripts/setup && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release && ninja -C build/release product
RUN web/build && cmake --install build/release --prefix /opt/consort --strip
RUN deploy/runtime-packages /opt/consort >/opt/runtime-packages

FROM debian:bookworm-slim
# What the programs are linked with, certificates for HTTPS, and curl for the health check.
COPY --from=build /opt/runtime-packages /tmp/runtime-packages
RUN apt-get update \
    && xargs apt-get install --yes --no-install-recommends ca-certificates curl </tmp/runtime-packages \
    && rm -rf /var/lib/apt/lists/* /tmp/runtime-packages \
    && groupadd --gid 10001 consort \
    && useradd --uid 10001 --gid consort --home-dir /var/lib/consort --no-create-home \
        --shell /usr/sbin/nologin consort \
    && install -d -o consort -g consort /var/lib/consort \
    && install -d /srv/media
COPY --from=build /opt/consort/bin /opt/consort/bin
COPY --from=build /opt/consort/lib/consort /opt/consort/lib/consort
COPY --from=build /opt/consort/share/consort /opt/consort/share/consort
COPY deploy/consort.toml /etc/consort/consort.toml
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/consort
VOLUME ["/var/lib/consort", "/srv/media"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8000/healthz"]
# SIGTERM drains; give it longer than [server] drain_timeout_seconds (docker stop --time 40).
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/consort/bin/consort"]
CMD ["serve", "--config", "/etc/consort/consort.toml"]
