# The commands of containers by the names that people expect. Everything else is an npm script: see CONTRIBUTING.md.
#
#   make docker-build                          an image for this machine
#   make docker-build BASE_IMAGE=... IMAGE=... on another base, under another name
#   make docker-buildx IMAGE=REGISTRY/NAME:TAG both architectures, pushed as one name
#   make docker-files                          what is added to a base, as files in image/dist/files
#   make docker-files-full                     the same with the full tailscaled, in image/dist/files-full

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

.PHONY: help ci ci-long docker-build docker-buildx docker-files docker-files-full docker-sign sign-files image-report \
	last-report npm-publish github-release pull-request

help:
	@sed -n 's/^#   //p' Makefile

# All tests, on a bare machine.
ci:
	.ci/run

# The slow ones.
ci-long:
	.ci/run test:long

docker-build:
	$(DOCKER) build $(build_args) --tag $(IMAGE) .

docker-buildx:
	$(DOCKER) buildx build $(build_args) --platform $(PLATFORMS) --tag $(IMAGE) --push .

docker-files docker-files-full: TARGET = files$(KIND)
docker-files-full: KIND = -full
docker-files docker-files-full:
	$(DOCKER) buildx build $(build_args) --platform $(PLATFORMS) --output type=local,dest=$(FILES)$(KIND) .

image-report:
	npm run --silent image:report

# What follows publishes, and is for workflows.

RELEASE ?= release
COSIGN ?= cosign
GH ?= gh

docker-sign:
	$(COSIGN) sign --yes $(IMAGE)@$(DIGEST)

sign-files:
	for file in $(RELEASE)/*.gz $(RELEASE)/SHA256SUMS; do \
		$(COSIGN) sign-blob --yes --bundle "$$file.sigstore.json" "$$file" || exit; done

# The report of the last release, if there is one.
last-report:
	$(GH) release download --pattern report.json --output $(RELEASE)/last-report.json --clobber || true

npm-publish:
	npm publish --provenance --access public $(if $(findstring -,$(VERSION)),--tag next)

github-release:
	npm run --silent release -- notes $(TAG) >$(RELEASE)/notes.md
	$(GH) release create $(TAG) --verify-tag --notes-file $(RELEASE)/notes.md $(if $(findstring -,$(TAG)),--prerelease) \
		$(filter-out $(RELEASE)/notes.md,$(wildcard $(RELEASE)/*))

pull-request:
	git checkout -b $(BRANCH)
	git commit --all --message "$(TITLE)"
	git push origin $(BRANCH)
	$(GH) pr create --head $(BRANCH) --title "$(TITLE)" --body "Opened by a workflow. The tests decide."
