# SPDX-License-Identifier: ISC
#
# Builds the program from these sources, and an image with nothing else in it.
#
#   docker build -t return-dispatch .
#   docker run --rm -e GITHUB_TOKEN return-dispatch \
#       --repo octo-org/octo-repo --workflow deploy.yml --ref main
#
# BASE is an image of Debian 12 or 13 that may install packages.

ARG BASE=debian:12
FROM ${BASE} AS build
WORKDIR /src
COPY . .
RUN apt-get update && tools/build.sh

FROM scratch
COPY --from=build /src/build/return-dispatch /return-dispatch
COPY LICENSE NOTICE /
COPY LICENSES /LICENSES
ENTRYPOINT ["/return-dispatch"]
