# The commands of containers by the names that people expect. Everything else is an npm script: see CONTRIBUTING.md.
#
#   make docker-build                          an image for this machine
#   make docker-build BASE_IMAGE=... IMAGE=... on another base, under another name
#   make docker-buildx IMAGE=REGISTRY/NAME:TAG both architectures, pushed as one name
#   make docker-files                          what is added to a base, as files in image/dist/files

DOCKER ?= docker
IMAGE ?= spacetail-runner
TARGET ?= runner
BASE_IMAGE ?= public.ecr.aws/spacelift/runner-terraform:latest
PLATFORMS ?= linux/amd64,linux/arm64
FILES ?= image/dist/files
# More words for docker, such as --build-arg GO_IMAGE=mirror/golang:1.26.
BUILD_FLAGS ?=

VERSION ?= $(shell sed -n 's/.*"version": "\(.*\)".*/\1/p' package.json | head -n 1)
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null)
CREATED ?= $(shell git log -1 --format=%cI 2>/dev/null)
# Equal commits make equal images.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH

build_args = --file image/Dockerfile --target $(TARGET) \
	--build-arg BASE_IMAGE=$(BASE_IMAGE) --build-arg SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) \
	--build-arg CREATED=$(CREATED) --build-arg REVISION=$(REVISION) --build-arg VERSION=$(VERSION) $(BUILD_FLAGS)

.PHONY: help ci docker-build docker-buildx docker-files image-report

help:
	@sed -n 's/^#   //p' Makefile

# All tests, on a bare machine.
ci:
	.ci/run

docker-build:
	$(DOCKER) build $(build_args) --tag $(IMAGE) .

docker-buildx:
	$(DOCKER) buildx build $(build_args) --platform $(PLATFORMS) --tag $(IMAGE) --push .

docker-files: TARGET = files
docker-files:
	$(DOCKER) buildx build $(build_args) --platform $(PLATFORMS) --output type=local,dest=$(FILES) .

image-report:
	npm run --silent image:report
