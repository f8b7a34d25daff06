// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"net/netip"
	"slices"
	"testing"
)

func TestPermit(t *testing.T) {
	owners := TagOwners{}
	if err := owners.ParseTagOwner("tag:umbrella=tag:a,tag:b"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name            string
		held, requested []string
		refused         string
	}{
		{"the full set", []string{"tag:x", "tag:y"}, []string{"tag:y", "tag:x"}, ""},
		{"a subset", []string{"tag:x", "tag:y"}, []string{"tag:x"}, "requested tags [tag:x] are invalid or not permitted"},
		{"a superset", []string{"tag:x"}, []string{"tag:x", "tag:y"}, "requested tags [tag:x tag:y] are invalid or not permitted"},
		{"owned tags", []string{"tag:umbrella"}, []string{"tag:a"}, ""},
		{"owned and held", []string{"tag:umbrella"}, []string{"tag:umbrella", "tag:a"}, "requested tags [tag:umbrella tag:a] are invalid or not permitted"},
		{"not a tag", []string{"x"}, []string{"x"}, "requested tags [x] are invalid or not permitted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := owners.Permit(test.held, test.requested)
			if test.refused == "" && err != nil {
				t.Fatalf("refused: %v", err)
			}
			if test.refused != "" && (err == nil || err.Error() != test.refused) {
				t.Fatalf("got %v, want %q", err, test.refused)
			}
		})
	}
}

func TestParseTagOwnerRefusesGarbage(t *testing.T) {
	for _, rule := range []string{"tag:a", "a=tag:b", "tag:a=", "tag:a=tag:b,c"} {
		if err := (TagOwners{}).ParseTagOwner(rule); err == nil {
			t.Errorf("%q was accepted", rule)
		}
	}
}

func TestFilter(t *testing.T) {
	access := Access{Denials: []Denial{{Node: "vault", Tag: "tag:spacelift"}}}
	members := []Member{
		{Name: "db", Tags: []string{"tag:db"}, Addresses: []netip.Prefix{netip.MustParsePrefix("100.64.0.1/32")}},
		{Name: "run", Tags: []string{"tag:spacelift"}, Addresses: []netip.Prefix{netip.MustParsePrefix("100.64.0.2/32")}},
	}

	open := access.Filter("db", members)
	if len(open) != 1 || !slices.Equal(open[0].SrcIPs, []string{"*"}) {
		t.Errorf("db should accept everybody, has %v", open)
	}
	closed := access.Filter("vault", members)
	if len(closed) != 1 || !slices.Equal(closed[0].SrcIPs, []string{"100.64.0.1"}) {
		t.Errorf("vault should accept db alone, has %v", closed)
	}
	if alone := access.Filter("vault", members[1:]); alone == nil || len(alone) != 0 {
		t.Errorf("vault with only a denied member should have an empty, non-nil filter, has %#v", alone)
	}
}
