# SPDX-License-Identifier: ISC
#
# An image that does one thing: the program needs nothing else in it.
#
#   docker build -t deploy -f scratch.Dockerfile .
#   docker run --rm -e GITHUB_TOKEN deploy --field environment=staging
FROM scratch
COPY return-dispatch /return-dispatch
ENTRYPOINT ["/return-dispatch", "--repo", "octo-org/octo-repo", "--workflow", "build.yml", "--ref", "main"]
