// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Claims are the members of a token's payload. Numbers are json.Number.
type Claims map[string]any

// text returns a claim that is a string, else "".
func (c Claims) text(name string) string {
	value, _ := c[name].(string)
	return value
}

// audiences returns aud, which is one text or a list of them (RFC 7519 4.1.3).
func (c Claims) audiences() []string {
	if one, ok := c["aud"].(string); ok {
		return []string{one}
	}
	var audiences []string
	list, _ := c["aud"].([]any)
	for _, member := range list {
		if audience, ok := member.(string); ok {
			audiences = append(audiences, audience)
		}
	}
	return audiences
}

// comparable returns a claim as the text that patterns are compared with.
func (c Claims) comparable(name string) (string, bool) {
	switch value := c[name].(type) {
	case string:
		return value, true
	case bool:
		return strconv.FormatBool(value), true
	case json.Number:
		return value.String(), true
	}
	return "", false
}

// checkTimes refuses a token that has expired or is not valid yet. exp is
// required, iat and nbf are checked where they are given.
func (c Claims) checkTimes(now time.Time) error {
	expires, ok := c.moment("exp")
	if !ok {
		return refuse("exp is missing or no number")
	}
	if !now.Before(expires.Add(leeway)) {
		return refuse("expired at %s, and it is %s", stamp(expires), stamp(now))
	}
	for _, name := range []string{"nbf", "iat"} {
		if c[name] == nil {
			continue
		}
		from, ok := c.moment(name)
		if !ok {
			return refuse("%s is no number", name)
		}
		if now.Add(leeway).Before(from) {
			return refuse("%s is %s, but it is only %s", name, stamp(from), stamp(now))
		}
	}
	return nil
}

// moment returns a claim in seconds since 1970 (RFC 7519, NumericDate).
func (c Claims) moment(name string) (time.Time, bool) {
	number, _ := c[name].(json.Number)
	seconds, err := number.Float64()
	return time.Unix(int64(seconds), 0), err == nil
}

func stamp(moment time.Time) string { return moment.UTC().Format(time.RFC3339) }

// Matches reports whether text has the form of pattern, in which `*` stands
// for any characters, none included, and everything else for itself.
func Matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, last)
}

func sortedNames(patterns map[string]string) []string { return slices.Sorted(maps.Keys(patterns)) }
