# The tool `ood` in a small image: docker build -t ood:0.1.0 . && docker run --rm ood:0.1.0 demo --out /tmp
# Swift's libraries are linked statically; OpenBLAS, LAPACKE, zlib, libpng, liblzma, libjpeg-turbo, SQLite, libpq and curl are the distribution's.
FROM swift:6.2-noble AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
    pkg-config libopenblas-dev liblapacke-dev zlib1g-dev libpng-dev liblzma-dev libcurl4-openssl-dev \
    libturbojpeg0-dev libsqlite3-dev libpq-dev
WORKDIR /package
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --traits JPEG,SQLite,PostgreSQL --static-swift-stdlib --product ood && strip -o /ood .build/release/ood

FROM ubuntu:noble
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends \
    ca-certificates libcurl4t64 libopenblas0-pthread liblapacke libpng16-16t64 liblzma5 zlib1g \
    libturbojpeg libsqlite3-0 libpq5 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /ood /usr/local/bin/ood
# Kernels use threads of their own; OpenBLAS needs none beside them.
ENV OPENBLAS_NUM_THREADS=1
ENTRYPOINT ["ood"]
