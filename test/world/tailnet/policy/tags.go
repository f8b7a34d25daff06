// SPDX-License-Identifier: Apache-2.0

// Package policy holds the access rules of the embedded tailnet: who may use
// which tag, and which packets a node accepts. The rules are few, but they are
// as strict as the real service's where a mistake of a client would show.
package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tailscale.com/tailcfg"
)

// TagOwners says which tags each tag owns: an OAuth client or an auth key that
// carries the owner may hand out the owned ones. Read-only after start.
type TagOwners map[string][]string

// ParseTagOwner reads one rule, `tag:umbrella=tag:a,tag:b`: tag:umbrella owns
// tag:a and tag:b.
func (o TagOwners) ParseTagOwner(rule string) error {
	owner, list, ok := strings.Cut(rule, "=")
	if !ok {
		return fmt.Errorf("tag owner %q: want tag:owner=tag:a,tag:b", rule)
	}
	owned := strings.Split(list, ",")
	for _, tag := range append([]string{owner}, owned...) {
		if err := tailcfg.CheckTag(tag); err != nil {
			return fmt.Errorf("tag owner %q: tag %q: %w", rule, tag, err)
		}
	}
	o[owner] = append(o[owner], owned...)
	return nil
}

// TagsError says that a credential may not hand out the tags it was asked for.
type TagsError struct {
	Requested []string
}

// Error has the real service's words, as users report them
// (github.com/tailscale/terraform-provider-tailscale/issues/437).
func (e *TagsError) Error() string {
	return fmt.Sprintf("requested tags %v are invalid or not permitted", e.Requested)
}

// Permit decides whether a credential that carries the tags held may hand out
// the tags requested: the full set it holds, or only tags owned by one of
// those. A subset is refused, which surprises people
// (github.com/tailscale/tailscale/issues/15456), and so does the real service.
// The error is a *TagsError.
func (o TagOwners) Permit(held, requested []string) error {
	if err := WellFormed(requested); err != nil {
		return err
	}
	if maps.Equal(set(held), set(requested)) {
		return nil
	}
	for _, tag := range requested {
		if !o.owns(held, tag) {
			return &TagsError{Requested: requested}
		}
	}
	return nil
}

func (o TagOwners) owns(held []string, tag string) bool {
	return slices.ContainsFunc(held, func(owner string) bool {
		return slices.Contains(o[owner], tag)
	})
}

// WellFormed refuses tags that no policy file could define. The error is a
// *TagsError.
func WellFormed(tags []string) error {
	for _, tag := range tags {
		if tailcfg.CheckTag(tag) != nil {
			return &TagsError{Requested: tags}
		}
	}
	return nil
}

func set(tags []string) map[string]bool {
	members := make(map[string]bool, len(tags))
	for _, tag := range tags {
		members[tag] = true
	}
	return members
}
